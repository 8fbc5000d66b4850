import { randomBytes } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { text } from "node:stream/consumers";
import { setTimeout as delay } from "node:timers/promises";
import type { AwsService } from "./aws-service.ts";
import type { Invocation } from "./function-instance.ts";
import { closeServer, listenOnLoopback } from "./listening.ts";
import type { FunctionSpec } from "./template.ts";

/** Lambda's limit for an event of an asynchronous invocation. */
const largestEventBytes = 1_048_576;
const closeTimeoutMs = 1_000;
const workTimeoutMs = 5_000;
/** How long a throttled event waits in the function's queue. */
const throttledMs = 500;

/**
 * Serves the asynchronous invocation of Lambda's API, for the real SDK: the event is accepted at once, and the function
 * runs on its own. A throttled event waits until it is too old. Other invocations and unknown functions are refused. The URL contains a random part, so that no other
 * program on this machine can use it by guessing its port. `close` waits, for a limited time, for the functions that run.
 */
export async function startFunctionApi(
  functions: readonly Pick<FunctionSpec, "id" | "largestEventAgeMs">[],
  invoke: (functionName: string, event: unknown) => Promise<Invocation>,
): Promise<AwsService> {
  const base = `/${randomBytes(16).toString("hex")}`;
  const running = new Set<Promise<unknown>>();
  const runQueued = async ({ id, largestEventAgeMs }: (typeof functions)[number], event: unknown) => {
    const until = Date.now() + largestEventAgeMs;
    while ((await invoke(id, event)).kind === "throttled" && Date.now() < until && server.listening)
      await delay(throttledMs);
  };
  const serve = async (request: IncomingMessage, response: ServerResponse) => {
    const body = await text(request);
    const [, name = ""] = /^\/2015-03-31\/functions\/([^/]+)\/invocations$/.exec(pathIn(request, base)) ?? [];
    if (request.method !== "POST" || name === "") return refuse(response, 404, "UnknownOperationException");
    const found = functions.find(({ id }) => id === decodeURIComponent(name));
    if (found === undefined) return refuse(response, 404, "ResourceNotFoundException");
    if (request.headers["x-amz-invocation-type"] !== "Event")
      return refuse(response, 400, "InvalidParameterValueException");
    if (Buffer.byteLength(body) > largestEventBytes) return refuse(response, 413, "RequestTooLargeException");
    const run = runQueued(found, JSON.parse(body)).finally(() => running.delete(run));
    running.add(run);
    response.writeHead(202).end();
  };
  const server = createServer((request, response) => {
    serve(request, response).catch(() => response.destroy());
  });
  const port = await listenOnLoopback(server, 0);
  return {
    url: `http://127.0.0.1:${port}${base}`,
    close: async () => {
      await closeServer(server, closeTimeoutMs);
      await Promise.race([Promise.all(running), delay(workTimeoutMs, undefined, { ref: false })]);
    },
  };
}

function pathIn({ url = "" }: IncomingMessage, base: string): string {
  return url.startsWith(`${base}/`) ? (url.slice(base.length).split("?")[0] ?? "") : "";
}

function refuse(response: ServerResponse, status: number, name: string): void {
  response.writeHead(status, { "content-type": "application/json", "x-amzn-errortype": name });
  response.end(JSON.stringify({ Message: name }));
}
