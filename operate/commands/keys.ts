import { InvalidArgumentError } from "commander";
import type { AddCommand, Context, Options } from "../command.ts";
import { OpsError } from "../connect.ts";
import { createKey, enableKey, type Key, listKeys, ownerOfKey, revokeKey } from "../keys.ts";
import { ownersIn } from "../settings-file.ts";

const DEFAULT_FILE = "settings/default.json";

interface Done {
  readonly keys: readonly Key[];
  /** What to do next. */
  readonly next: readonly string[];
}

export function addKeys(add: AddCommand): void {
  add({
    name: "keys <action> [id]",
    description: "list; create; rotate ID: another key for the same owner; enable ID; revoke ID. For a deployed stack",
    work: (context, options, [action = "", id]) => carryOut(context, options, action, id),
    show: ({ keys, next }) =>
      [
        ...keys.map(
          ({ id, name, owner, enabled, value }) =>
            `${id}  ${name}  owner ${owner}  ${enabled ? "enabled" : "disabled"}${value ? `\n  value, shown only now: ${value}` : ""}`,
        ),
        ...next,
      ].join("\n"),
  })
    .option("--name <name>", "of a new key; its owner by default")
    .option("--owner <owner>", "whom a new key belongs to; itself by default", oneWord)
    .option("--budget <usd>", "the owner's daily budget in US dollars", dollars)
    .option("--settings <file>", `where owners and budgets are written, ${DEFAULT_FILE} by default`)
    .option("--yes", "revoke without the question");
}

async function carryOut({ installation }: Context, options: Options, action: string, id?: string): Promise<Done> {
  const { name, owner, budget, settings = DEFAULT_FILE, yes } = options as Readonly<Record<string, string | undefined>>;
  const needed = () => {
    if (id === undefined) throw new OpsError(`keys ${action}: which key? Give its id, as keys list shows it`);
    return id;
  };
  const create = async (of: string | undefined) => {
    if (of === undefined && budget !== undefined) throw new OpsError("--budget is an owner's: add --owner");
    const usd = budget === undefined ? undefined : Number(budget);
    const key = await createKey(installation, {
      name: name ?? of ?? "fal-jobs",
      owner: of,
      budget: usd,
      settingsFile: settings,
    });
    const deploy = [
      `${settings} has its owner now. To use it:`,
      "  npx cdk deploy",
      `  npm run ops -- --stack … keys enable ${key.id}`,
    ];
    return { keys: [key], next: key.enabled ? [] : deploy };
  };
  switch (action) {
    case "list":
      return { keys: await listKeys(installation), next: [] };
    case "create":
      return create(owner);
    case "rotate": {
      const { keys, next } = await create(await ownerOfKey(installation, needed()));
      return { keys, next: [...next, `When callers use the new key: keys revoke ${id} --yes`] };
    }
    case "enable":
      return { keys: [await enableKey(installation, needed(), await ownersIn(settings))], next: [] };
    case "revoke":
      if (yes === undefined) throw new OpsError(`callers with the key ${needed()} are then refused: add --yes`);
      await revokeKey(installation, needed());
      return { keys: [], next: [`The key ${id} is deleted. Its owner's jobs stay; keep it in ${settings}.`] };
    default:
      throw new OpsError(`keys ${action}: expected list, create, rotate, enable or revoke`);
  }
}

function oneWord(text: string): string {
  if (!/^[\w.-]{1,64}$/.test(text))
    throw new InvalidArgumentError("It must be one word of letters, digits, _ . and -.");
  return text;
}

function dollars(text: string): string {
  if (!(Number(text) >= 0) || text.trim() === "") throw new InvalidArgumentError("It must be an amount in US dollars.");
  return text;
}
