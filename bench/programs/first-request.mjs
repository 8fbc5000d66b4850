// A cold start: loads a function and handles one event. Plain JavaScript, so that nothing but the function is loaded.
// Arguments: the file, and a file with the event, or none to only load. Prints what it took, as JSON.
import "../../local/stack/awslambda.mjs";
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

const [file, eventFile] = process.argv.slice(2);
const event = eventFile && JSON.parse(readFileSync(eventFile, "utf8"));
const context = { awsRequestId: "bench", getRemainingTimeInMillis: () => 29_000 };

const startedAt = performance.now();
const { handler } = await import(pathToFileURL(file).href);
const loadedAt = performance.now();
const answer = event && (await handler(event, context));
const answeredAt = performance.now();
const times = {
  status: answer?.statusCode,
  loadMs: loadedAt - startedAt,
  /** Load and first request. */
  firstMs: answeredAt - startedAt,
  /** The same, with the start of the process. */
  processMs: answeredAt,
};
// After the function's own lines.
process.stdout.write(`\n${JSON.stringify(times)}`, () => process.exit());
