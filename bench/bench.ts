import { writeFile } from "node:fs/promises";
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { hasJava } from "../local/stack/engine-java.ts";
import type { Figure, Row } from "./figure.ts";
import { listFigures } from "./figures.ts";
import { formatRows } from "./table.ts";
import { describeMachine, type Workplace, withWorkplace } from "./workplace.ts";

const usage = `npm run bench -- [figures] [--json FILE] [--seed NUMBER] [--jobs NUMBER] [--profile FOLDER]

Measures the figures that are named, or all of them. It prints a table for each, and with --json it writes all of them
to a file. --jobs is the number of jobs of the soak. --profile keeps a
CPU profile of each measured process, which bench/profile.ts sums up; the times then include the profiler. The page docs/performance/figures.md explains how each figure is measured.

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
    const measured = await measureAll(chosen, workplace);
    if (values.json !== undefined)
      await writeFile(values.json, `${JSON.stringify({ figures: measured, machine, seed }, null, 2)}\n`);
    return measured;
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
