// One function's environment: a thread that holds the bundle and nothing else of the local stack. Plain JavaScript,
// so that no TypeScript loader comes between the bundle and Node.
import "./awslambda.mjs";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { finished } from "node:stream/promises";
import { pathToFileURL } from "node:url";
import { format } from "node:util";
import { parentPort, workerData } from "node:worker_threads";
import { openResponseStream } from "./response-stream.mjs";

const { folder, handler, context } = workerData;
const levels = { trace: "TRACE", debug: "DEBUG", log: "INFO", info: "INFO", warn: "WARN", error: "ERROR" };

// As Lambda's JSON logging does it: every call is one line, and a lone object stays one.
for (const [method, level] of Object.entries(levels)) {
  console[method] = (...values) => {
    const [first] = values;
    const isRecord = values.length === 1 && first?.constructor === Object;
    const message = isRecord ? first : format(...values);
    process.stdout.write(`${JSON.stringify({ timestamp: new Date().toISOString(), level, message })}\n`);
  };
}

const streaming = Symbol.for("aws.lambda.runtime.handler.streaming");
const loaded = load();
loaded.catch((error) => console.error(error));

parentPort.on("message", ({ id, event, deadlineMs }) => run(id, JSON.parse(event), deadlineMs));

async function run(id, event, deadlineMs) {
  try {
    const handle = await loaded;
    const stream = handle[streaming] && openResponseStream((chunk) => parentPort.postMessage({ id, chunk }));
    const result = await handle(event, ...(stream ? [stream] : []), {
      ...context,
      awsRequestId: id,
      callbackWaitsForEmptyEventLoop: true,
      getRemainingTimeInMillis: () => Math.max(0, deadlineMs - Date.now()),
    });
    // As on Lambda, a streaming function whose handler has returned ends with its stream.
    if (stream) await finished(stream);
    parentPort.postMessage({ id, payload: JSON.stringify(result) ?? "null" });
  } catch (error) {
    parentPort.postMessage({ id, failure: String(error?.stack ?? error) });
  }
}

async function load() {
  const [file, name] = handler.split(/\.(?=[^.]+$)/);
  const path = [".mjs", ".js", ".cjs"].map((extension) => join(folder, file + extension)).find(existsSync);
  if (path === undefined) throw new Error(`the bundle has no file for the handler ${handler}`);
  const handle = (await import(pathToFileURL(path).href))[name];
  if (typeof handle !== "function") throw new Error(`the bundle exports no function ${name}`);
  return handle;
}
