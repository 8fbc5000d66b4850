/** The first line of a page that is not to be edited by hand. */
export function generatedFrom(source: string): string {
  return `<!-- Generated from ${source} by \`npm run docs\`. Edit that file, not this page. -->`;
}

/** A table of Markdown; a cell's bars are escaped. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
  return [line(head), `|${"---|".repeat(head.length)}`, ...rows.map(line)].join("\n");
}

/** The text with each "rule P7" as a link to that rule. The page must lie in a folder of `docs/`. */
export function linkRules(text: string): string {
  return text.replaceAll(
    /rule ([PA]\d+)/g,
    (words, rule: string) => `[${words}](../internals/rules.md#${rule.toLowerCase()})`,
  );
}
