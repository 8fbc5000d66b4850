import { parseArgs } from "node:util";
import { keepCaughtBy, readCaughtBy } from "./caught-by.ts";
import { copyProject, removeCopy } from "./checkout.ts";
import { describeVerdict, judge, judgeUnbroken } from "./judge.ts";
import { findMisfits } from "./misfits.ts";
import { nameOf } from "./mutation.ts";
import { mutations } from "./mutations.ts";

/**
 * `npm run mutate [-- text]`: breaks the code in each of the listed ways, or in those whose name contains the text, and
 * reports which breaks the tests catch. `--record` keeps what caught each one in `caught-by.json`, so that the next run
 * starts there. SCHEDULES sets the length of a simulation (1000).
 */
const LANES = 2;

const { values, positionals } = parseArgs({
  options: { record: { type: "boolean", default: false } },
  allowPositionals: true,
});
const queue = mutations.filter((mutation) => nameOf(mutation).includes(positionals[0] ?? ""));
const total = queue.length;
const caughtBy = readCaughtBy();
const listed = new Set(mutations.map(nameOf));
const missed: string[] = [];
let caught = 0;
const startedAt = performance.now();

const misfits = findMisfits(mutations);
if (misfits.length > 0) fail(`These mutations do not fit the code:\n${misfits.join("\n")}`);
const checkouts = await Promise.all(Array.from({ length: LANES }, copyProject));
try {
  await proveBaseline(checkouts[0] ?? "");
  await Promise.all(checkouts.map(workThrough));
} finally {
  await Promise.all(checkouts.map(removeCopy));
}
console.log(`${caught} caught, ${missed.length} missed, in ${minutesSinceStart()}`);
for (const name of missed) console.log(`missed: ${name}`);
process.exit(missed.length > 0 ? 1 : 0);

async function proveBaseline(checkout: string): Promise<void> {
  const verdict = await judgeUnbroken(
    checkout,
    queue.flatMap(({ tests = [] }) => tests),
  );
  if (verdict.kind !== "passed") {
    console.log(`The tests must pass before anything is broken: ${describeVerdict(verdict)}`);
    missed.push("the code as it is");
    queue.length = 0;
  } else console.log(`the tests pass on the code as it is, after ${minutesSinceStart()}`);
}

async function workThrough(checkout: string): Promise<void> {
  for (let mutation = queue.shift(); mutation; mutation = queue.shift()) {
    const name = nameOf(mutation);
    const verdict = await judge(checkout, mutation, caughtBy[name]);
    const isCaught = verdict.kind === "failed";
    if (isCaught) caught++;
    else missed.push(name);
    if (isCaught && values.record) keepCaughtBy(name, verdict.where, listed);
    const done = `${caught + missed.length}/${total} ${minutesSinceStart()}`;
    console.log(`${done} ${isCaught ? "caught" : "MISSED"}  ${name}  (${describeVerdict(verdict)})`);
  }
}

function minutesSinceStart(): string {
  const seconds = Math.round((performance.now() - startedAt) / 1000);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}

function fail(why: string): never {
  console.error(why);
  process.exit(1);
}
