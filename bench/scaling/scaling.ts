import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { parseArgs } from "node:util";
import { formatTable } from "./format.ts";
import { measureSteps } from "./measure.ts";
import { fillPage, pagePath, plotPath } from "./page.ts";
import { drawPlot } from "./plot.ts";
import { makeReport, pageSeed } from "./report.ts";

const root = join(import.meta.dirname, "../..");
const { values } = parseArgs({ options: { measure: { type: "boolean" }, seed: { type: "string" } } });

if (values.measure) await measureSteps();
else await run(values.seed === undefined ? pageSeed : Number(values.seed));

/** Prints all tables. With the page's own seed it also writes them into the page, and its plots beside it. */
async function run(seed: number): Promise<void> {
  if (!Number.isSafeInteger(seed)) throw new Error("--seed must be a whole number.");
  const report = makeReport(seed);
  for (const [name, table] of Object.entries(report.tables)) console.log(`${name}\n\n${formatTable(table)}\n`);
  console.log(`Seed ${seed}.`);
  if (seed !== pageSeed) return console.log(`${pagePath} has the figures of seed ${pageSeed}, and was not changed.`);
  const page = join(root, pagePath);
  await writeFile(page, fillPage(await readFile(page, "utf8"), report));
  for (const [name, plot] of Object.entries(report.plots)) {
    const file = join(root, plotPath(name));
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, drawPlot(plot));
  }
  console.log(`Wrote the tables of ${pagePath} and its ${Object.keys(report.plots).length} plots.`);
}
