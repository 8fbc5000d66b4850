import type { Result } from "./run.ts";

const columns: readonly (readonly [heading: string, cell: (result: Result) => string])[] = [
  ["client", ({ client, through_us }) => (through_us ? `fal-jobs: ${client}` : client)],
  ["renders per job", ({ renders_per_job }) => renders_per_job.toFixed(3)],
  ["paid twice", ({ paid_twice }) => String(paid_twice)],
  ["videos delivered", ({ delivered }) => String(delivered)],
  ["told wrongly", ({ told_wrongly }) => String(told_wrongly)],
  ["lost", ({ lost }) => String(lost)],
  ["videos nobody kept", ({ unkept }) => String(unkept)],
  ["forged believed", ({ forged_believed }) => String(forged_believed)],
  ["unconfirmed", ({ unconfirmed }) => String(unconfirmed)],
];

/** The results as a Markdown table, aligned for a terminal. */
export function formatTable(results: readonly Result[]): string {
  const cells = [
    columns.map(([heading]) => heading),
    ...results.map((result) => columns.map(([, cell]) => cell(result))),
  ];
  const widths = columns.map((_, column) => Math.max(...cells.map((row) => row[column]?.length ?? 0)));
  const [head = "", ...lines] = cells.map(
    (row) =>
      `| ${row.map((cell, column) => (column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0))).join(" | ")} |`,
  );
  const rule = `|${widths.map((width, column) => (column === 0 ? "-".repeat(width + 2) : `${"-".repeat(width + 1)}:`)).join("|")}|`;
  return [head, rule, ...lines].join("\n");
}
