// What the gate prints last: the ten slowest files and how many tests passed, failed and were skipped.
// `node .ci/report.mjs <vitest's JSON report> <other failures>`
import { readFileSync } from "node:fs";
import { relative } from "node:path";

const slowest = 10;
const [path, otherFailures = "0"] = process.argv.slice(2);
const report = JSON.parse(readFileSync(path, "utf8"));

const files = report.testResults.map(({ name, startTime, endTime }) => ({
  name: relative(process.cwd(), name),
  seconds: (endTime - startTime) / 1_000,
}));
console.log("The slowest files, in seconds:");
for (const { name, seconds } of files.sort((a, b) => b.seconds - a.seconds).slice(0, slowest)) {
  console.log(`${seconds.toFixed(1).padStart(7)}  ${name}`);
}
const failed = report.numFailedTests + Number(otherFailures);
const skipped = report.numPendingTests + report.numTodoTests;
console.log(`${report.numPassedTests} passed, ${failed} failed, ${skipped} skipped`);
