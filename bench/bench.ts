import { readFile, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { hasJava } from "../local/stack/engine-java.ts";
import type { Figure, Row } from "./figure.ts";
import { listFigures } from "./figures.ts";
import { fillPage, pagePath, type Report, reportPath } from "./page.ts";
import { formatRows } from "./table.ts";
import { describeMachine, type Workplace, withWorkplace } from "./workplace.ts";

const usage = `npm run bench -- [figures] [options]

Measures the figures that are named, or all of them, and prints a table of each. docs/performance/figures.md explains
how each is measured.

--json FILE       writes all rows to a file, with the machine and the seed
--page            makes the run the one that docs/performance/figures.md shows
--jobs NUMBER     the number of jobs of the soak
--profile FOLDER  keeps a CPU profile of each measured process, which bench/profile.ts sums up; the times then include
                  the profiler
--seed NUMBER     repeats the random choices of another run (default: 1)

figures:
${listFigures()
  .map(({ name, question, isLong }) => `  ${name.padEnd(22)}${question}${isLong ? " (only if named)" : ""}`)
  .join("\n")}`;

// Without this, the AWS SDK warns every user of Node 20, because the bench fills tables with it.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = "true";

await main().catch((error: unknown) => {
  console.error(`bench: ${error instanceof Error ? error.message : error}`);
  process.exit(1);
});

async function main(): Promise<void> {
  const { values, positionals } = readArguments();
  if (values.help) return console.log(usage);
  const chosen = chooseFigures(positionals, listFigures(values.jobs === undefined ? undefined : Number(values.jobs)));
  const seed = Number(values.seed);
  const nodeOptions = values.profile === undefined ? [] : ["--cpu-prof", `--cpu-prof-dir=${resolve(values.profile)}`];
  const progress = (line: string) => console.error(`bench: ${line}`);
  const rows = await withWorkplace({ seed, nodeOptions, progress }, async (workplace) => {
    const machine = describeMachine(workplace.node);
    console.log(`${machine.cpu}, ${machine.cores} cores, Node ${machine.node}, seed ${seed}\n`);
    const report = { figures: await measureAll(chosen, workplace), machine, seed };
    if (values.json !== undefined) await writeFile(values.json, `${JSON.stringify(report, null, 2)}\n`);
    if (values.page) await writePage(workplace.root, report);
    return report.figures;
  });
  const judged = rows.filter(({ met }) => met !== undefined);
  console.log(`${judged.filter(({ met }) => met).length} of ${judged.length} reaches met`);
}

function readArguments() {
  try {
    return parseArgs({
      allowPositionals: true,
      options: {
        json: { type: "string" },
        jobs: { type: "string" },
        profile: { type: "string" },
        seed: { type: "string", default: "1" },
        page: { type: "boolean", default: false },
        help: { type: "boolean", default: false },
      },
    });
  } catch (error) {
    return fail(error instanceof Error ? error.message : String(error));
  }
}

function chooseFigures(names: readonly string[], figures: readonly Figure[]): readonly Figure[] {
  if (names.length === 0) return figures.filter(({ isLong }) => !isLong);
  return names.map((name) => figures.find((figure) => figure.name === name) ?? fail(`there is no figure ${name}`));
}

async function writePage(root: string, report: Report): Promise<void> {
  const page = join(root, pagePath);
  await writeFile(join(root, reportPath), `${JSON.stringify(report, null, 2)}\n`);
  await writeFile(page, fillPage(await readFile(page, "utf8"), report));
}

/** The rows of all figures, each with its figure's name. If a figure fails, the run goes on and ends with 1. */
async function measureAll(
  chosen: readonly Figure[],
  workplace: Workplace,
): Promise<readonly (Row & { figure: string })[]> {
  const measured: (Row & { figure: string })[] = [];
  const isJavaFound = await hasJava();
  for (const { name, question, load, needsJava, measure } of chosen) {
    if (needsJava && !isJavaFound) {
      console.log(`${name}: left out, because it needs Java 17 for DynamoDB Local\n`);
      continue;
    }
    const startedAt = performance.now();
    const rows = await measure(workplace).catch((error: unknown) => {
      console.log(`${name}: could not be measured\n${describe(error)}\n`);
      process.exitCode = 1;
    });
    if (rows === undefined) continue;
    const seconds = ((performance.now() - startedAt) / 1000).toFixed(0);
    console.log(`${name}: ${question}\n${load} (${seconds} s)\n\n${formatRows(rows)}\n`);
    measured.push(...rows.map((row) => ({ figure: name, ...row })));
  }
  return measured;
}

/** A program that fails quotes its source, which may be a whole bundle in one line. */
function describe(error: unknown): string {
  const text = error instanceof Error ? `${error.stack}\n${error.cause ?? ""}` : String(error);
  return text.replaceAll(/.{400,}/g, (line) => `${line.slice(0, 200)} …`);
}

function fail(message: string): never {
  console.error(`bench: ${message}\n\n${usage}`);
  process.exit(1);
}
