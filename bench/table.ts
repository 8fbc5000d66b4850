import type { Row } from "./figure.ts";
import { formatNumber } from "./numbers.ts";

/** The rows of a figure as aligned text. */
export function formatRows(rows: readonly Row[]): string {
  const head = ["", "ours", "rival", "", "ratio", "reach", "met"];
  const lines = rows.map(({ name, unit, ours, rival, against, ratio, reach, met }) => [
    name,
    `${formatNumber(ours)} ${unit}`,
    rival === undefined ? "" : `${formatNumber(rival)} ${unit}`,
    against,
    ratio === undefined ? "" : ratio.toFixed(2),
    reach ?? "",
    met === undefined ? "" : met ? "yes" : "NO",
  ]);
  const widths = head.map((_, column) => Math.max(...[head, ...lines].map((line) => line[column]?.length ?? 0)));
  return [head, ...lines]
    .map((line) =>
      line
        .map((cell, column) => pad(cell, widths[column] ?? 0, column))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}

function pad(cell: string, width: number, column: number): string {
  return column === 1 || column === 2 || column === 4 ? cell.padStart(width) : cell.padEnd(width);
}
