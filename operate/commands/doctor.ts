import { type AddCommand, FOUND, SUCCESS } from "../command.ts";
import { type Examined, examine } from "../doctor/examine.ts";
import { mask } from "../doctor/mask.ts";
import { environmentOf } from "../functions.ts";

const MARKS = { well: "✓", unwell: "✗", skipped: "–" } as const;
const page = "docs/guide/operate.md";

export function addDoctor(add: AddCommand): void {
  add({
    name: "doctor",
    description: "check every part of the installation; exit code 1 if jobs suffer from what is found",
    work: async (context, options) => {
      const variables = await environmentOf(context.installation, "submit");
      const examined = await examine({ ...context, options, variables });
      if (options.share !== true) return examined;
      return examined.map((each) => ({ ...each, found: mask(each.found) }));
    },
    show: (examined) => examined.map(line).join("\n"),
    codeOf: (examined) => (examined.some(isTrouble) ? FOUND : SUCCESS),
  })
    .option("--job", "also run one whole job, which costs money")
    .option("--yes", "run it without the question")
    .option("--share", "mask ids, owners and hosts, so that the report can be shown to others");
}

function isTrouble({ required, outcome }: Examined): boolean {
  return required && outcome === "unwell";
}

function line({ id, name, required, outcome, found, fix }: Examined): string {
  const advice = outcome === "unwell" && !required ? " (advice)" : "";
  const first = `${MARKS[outcome]} ${name}${advice}: ${found}`;
  return fix === undefined ? first : `${first}\n    ${fix}\n    more: ${page}#${id}`;
}
