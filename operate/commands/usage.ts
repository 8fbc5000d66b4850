import { factsOf, groupUsage, sumUsage, type UsageSum } from "../../lambdas/contract/usage.ts";
import type { UsageFacts } from "../../lambdas/job/job.ts";
import { type AddCommand, iso } from "../command.ts";
import { OpsError } from "../connect.ts";
import { type ReadCount, scanWithDeleted } from "../where.ts";

type Owned = UsageFacts & { readonly owner: string };

const GROUPS: Readonly<Record<string, (facts: Owned) => string>> = {
  owner: ({ owner }) => owner,
  endpoint: ({ endpoint }) => endpoint,
  day: ({ created_at }) => created_at.slice(0, "2026-01-01".length),
};
const COLUMNS = [
  "jobs",
  "open",
  "succeeded",
  "failed",
  "canceled",
  "expired",
  "estimated_usd",
  "actual_usd",
  "video_seconds",
] as const;
const dayMs = 86_400_000;

export function addUsage(add: AddCommand): void {
  add({
    name: "usage",
    description: "what the jobs of all owners came to, deleted ones too; it scans the table, and says how much it read",
    work: async ({ installation, now }, { from, to, groupBy = "owner", csv }) => {
      const keyOf = GROUPS[String(groupBy)];
      if (keyOf === undefined) throw new OpsError(`--group-by must be ${Object.keys(GROUPS).join(", ")}`);
      const end = timeOf("--to", to, now());
      const start = timeOf("--from", from, end - 30 * dayMs);
      const read: ReadCount = { rows: 0, by: "a scan of the table" };
      const facts: Owned[] = [];
      for await (const row of scanWithDeleted(installation, read, now())) {
        const fact = factsOf(row);
        const created = Date.parse(fact?.created_at ?? "");
        if (fact && created >= start && created < end) facts.push({ ...fact, owner: row.owner ?? "" });
      }
      const groups = groupUsage(facts, keyOf).map(([key, sum]) => ({ [String(groupBy)]: key, ...sum }));
      return { from: iso(start), to: iso(end), total: sumUsage(facts), groups, read, csv: csv === true };
    },
    show: ({ from, to, total, groups, read, csv }) => {
      const name = Object.keys(groups[0] ?? { owner: "" })[0] ?? "";
      const line = (first: string, sum: UsageSum) => [first, ...COLUMNS.map((column) => String(sum[column]))];
      const table = [
        [name, ...COLUMNS],
        ...groups.map((group) => line(String((group as Readonly<Record<string, unknown>>)[name]), group)),
      ];
      if (csv) return table.map((cells) => cells.map(quoted).join(",")).join("\n");
      const all = [...table, line("all", total)];
      const widths = all[0]?.map((_, column) => Math.max(...all.map((cells) => cells[column]?.length ?? 0))) ?? [];
      return [
        `from ${from} to ${to}`,
        ...all.map((cells) =>
          cells
            .map((cell, column) => cell.padEnd(widths[column] ?? 0))
            .join("  ")
            .trimEnd(),
        ),
        `${read.rows} rows were read, through ${read.by}.`,
      ].join("\n");
    },
  })
    .option("--from <time>", "first day or time; 30 days before --to by default")
    .option("--to <time>", "end, which is not a part of it; now by default")
    .option("--group-by <what>", `${Object.keys(GROUPS).join(", ")}; owner by default`)
    .option("--csv", "print the groups as CSV");
}

function timeOf(name: string, text: unknown, byDefault: number): number {
  if (text === undefined) return byDefault;
  const time = Date.parse(String(text));
  if (Number.isNaN(time)) throw new OpsError(`${name} must be a day or a time, such as 2026-11-22`);
  return time;
}

/** A cell of CSV (RFC 4180). A leading sign would make a formula of it in a spreadsheet. */
function quoted(cell: string): string {
  const safe = /^[=+@-]/.test(cell) ? `'${cell}` : cell;
  return /[",\n\r]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
