import { mkdir, writeFile } from "node:fs/promises";
import { cpus, totalmem } from "node:os";
import { fileURLToPath } from "node:url";
import { fullRunJobs, readOptions } from "./options.ts";
import { drawPlot } from "./plot.ts";
import { type Result, run } from "./run.ts";
import { formatTable } from "./table.ts";
import { isExact } from "./tally.ts";

/**
 * `npm run prove`: sends the same jobs through what people use and through this service, while the fal emulator fails
 * by the same seeded plans, and counts what fal bills and what callers get. It ends with 1 if a job of ours is wrong.
 */
const plotFile = fileURLToPath(new URL("../../docs/performance/prove.svg", import.meta.url));

// Of the rivals' DynamoDB client, which is not what the run is about.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = "true";
const { seed, jobs, only, json } = readOptions(process.argv.slice(2));
const startedAt = Date.now();
const results = await run({ seed, jobs, only, progress: (line) => console.error(line) });
const seconds = Math.round((Date.now() - startedAt) / 1000);
const machine = describeMachine();

console.log(formatTable(results));
console.log(`\nseed ${seed}, ${jobs} jobs in each row, ${seconds} s on ${machine}`);
for (const result of results) if (result.through_us || only !== undefined) explain(result);
if (json !== undefined)
  await writeFile(json, `${JSON.stringify({ rows: results.map(forJson), machine, seed }, null, 2)}\n`);
if (only === undefined && jobs === fullRunJobs) {
  await mkdir(new URL(".", `file://${plotFile}`), { recursive: true });
  await writeFile(plotFile, drawPlot(results, `seed ${seed}, ${jobs} jobs for each client, each with its own faults`));
}
// Not by an end of all work: callers whose process died in the run may still wait for something.
process.exit(results.every((result) => !result.through_us || isExact(result)) ? 0 : 1);

function explain({ name, wrong }: Result): void {
  for (const line of wrong) console.log(`${name}: ${line}`);
}

/** What is wrong, job by job, is for the terminal. */
function forJson({ wrong: _, ...counts }: Result) {
  return counts;
}

function describeMachine(): string {
  const gigabytes = Math.round(totalmem() / 2 ** 30);
  return `${cpus().length} × ${cpus()[0]?.model.trim()}, ${gigabytes} GB, Node ${process.version}, ${process.platform}`;
}
