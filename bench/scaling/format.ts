/** The rows of a table as text for a terminal: the first column to the left, the others to the right. */
export function formatTable(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows
    .map((row) =>
      row.map((cell, column) => (column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0))),
    )
    .map((cells) => cells.join("  ").trimEnd())
    .join("\n");
}

/** The rows of a table as Markdown, with numbers to the right. The first row has the names of the columns. */
export function formatMarkdown([head = [], ...rows]: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  const isNumeric = (column: number) => /^[$<]?\s*\d/.test(rows[0]?.[column] ?? "");
  const rule = `|${head.map((_, column) => (column > 0 && isNumeric(column) ? "--:|" : "---|")).join("")}`;
  return [line(head), rule, ...rows.map(line)].join("\n");
}

/** A number with two or three significant digits and thousands separated: 0.0047, 2.5, 17, 1,670. */
export function writeNumber(value: number): string {
  if (value === 0) return "0";
  const size = Math.abs(value);
  if (size >= 100) {
    const digits = Math.floor(Math.log10(size) + 1e-9);
    const unit = 10 ** (digits - 2);
    return (Math.round(value / unit) * unit).toLocaleString("en-US");
  }
  if (size >= 10) return Math.round(value).toString();
  return Number(value.toPrecision(2)).toString();
}

/** A time in milliseconds in the unit that fits: 250 ms, 4.2 s, 31 min, 2.5 h. */
export function writeTime(ms: number): string {
  if (ms < 0.5) return "0";
  if (ms < 1000) return `${writeNumber(ms)} ms`;
  if (ms < 120_000) return `${writeNumber(ms / 1000)} s`;
  if (ms < 7_200_000) return `${writeNumber(ms / 60_000)} min`;
  return `${writeNumber(ms / 3_600_000)} h`;
}

/** A share from 0 to 1 in percent. */
export function writeShare(share: number): string {
  return share > 0 && share < 0.001 ? "< 0.1 %" : `${writeNumber(Number((share * 100).toFixed(1)))} %`;
}
