import { formatMarkdown } from "./format.ts";
import type { Section } from "./section.ts";

/** The page, from the root of the repository. Its tables and plots are those of a run. */
export const pagePath = "docs/internals/scaling.md";

/** Where a plot is, from the root of the repository. */
export function plotPath(name: string): string {
  return `docs/internals/scaling/${name}.svg`;
}

const block = /(<!-- table: ([\w-]+) -->)[\s\S]*?(<!-- end -->)/g;

/** The page with the tables of a run between its comments. Throws if the page names a table that the run lacks. */
export function fillPage(page: string, { tables }: Pick<Section, "tables">): string {
  return page.replaceAll(block, (_, start: string, name: string, end: string) => {
    const table = tables[name];
    if (table === undefined) throw new Error(`The simulation has no table ${name}, which ${pagePath} names.`);
    return `${start}\n${formatMarkdown(table)}\n${end}`;
  });
}

/** The tables that the page shows. */
export function tablesIn(page: string): readonly string[] {
  return [...page.matchAll(block)].map(([, , name = ""]) => name);
}
