import type { Row } from "./figure.ts";
import { formatNumber } from "./numbers.ts";
import { formatMarkdown } from "./scaling/format.ts";
import type { Machine } from "./workplace.ts";

/** A run, as it is written with `--json`. */
export type Report = {
  readonly figures: readonly (Row & { readonly figure: string })[];
  readonly machine: Machine;
  readonly seed: number;
};

/** The page and the raw numbers of its run, from the root of the repository. */
export const pagePath = "docs/performance/figures.md";
export const reportPath = "docs/performance/figures.json";

const block = /(<!-- table: figures -->)[\s\S]*?(<!-- end -->)/;

/** The page with the table of a run between its comments. */
export function fillPage(page: string, report: Report): string {
  return page.replace(block, (_, start: string, end: string) => `${start}\n${describe(report)}\n${end}`);
}

function describe({ figures, machine, seed }: Report): string {
  const { cpu, cores, memoryGb, node, load } = machine;
  const where = `One run on ${cpu}, ${cores} cores, ${formatNumber(memoryGb)} GB, Node ${node}, seed ${seed}. The machine's load before the run was ${formatNumber(load)}. Medians, where a row says nothing else.`;
  return `${where}\n\n${formatMarkdown([head, ...figures.filter(isShown).map(cells)])}`;
}

const head = ["figure", "row", "ours", "rival", "ratio", "reach", "met"];

/** The load of the functions without a reach is in the raw numbers only. */
function isShown({ figure, reach }: Report["figures"][number]): boolean {
  return figure !== "load-time" || reach !== undefined;
}

function cells({ figure, name, unit, ours, rival, against, ratio, reach, met }: Report["figures"][number]) {
  const amount = (value: number) => `${formatNumber(value)} ${unit}`.trim();
  return [
    figure,
    name,
    amount(ours),
    rival === undefined ? "" : `${amount(rival)}, ${against}`,
    ratio === undefined ? "" : ratio.toFixed(2),
    reach ?? "",
    met === undefined ? "" : met ? "yes" : "no",
  ];
}
