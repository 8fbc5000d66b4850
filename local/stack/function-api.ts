import { randomBytes } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { text } from "node:stream/consumers";
import { setTimeout as delay } from "node:timers/promises";
import type { AwsService } from "./aws-service.ts";
import type { Invocation } from "./function-runtime.ts";
import { closeServer, listenOnLoopback } from "./listening.ts";

/** Lambda's limit for an event of an asynchronous invocation. */
const largestEventBytes = 1_048_576;
const closeTimeoutMs = 1_000;
const workTimeoutMs = 5_000;

/**
 * Serves the asynchronous invocation of Lambda's API, for the real SDK: the event is accepted at once, and the function
 * runs on its own. Other invocations and unknown functions are refused. The URL contains a random part, so that no other
 * program on this machine can use it by guessing its port. `close` waits, for a limited time, for the functions that run.
 */
export async function startFunctionApi(
  functionNames: readonly string[],
  invoke: (functionName: string, event: unknown) => Promise<Invocation>,
): Promise<AwsService> {
  const base = `/${randomBytes(16).toString("hex")}`;
  const running = new Set<Promise<unknown>>();
  const serve = async (request: IncomingMessage, response: ServerResponse) => {
    const body = await text(request);
    const [, name = ""] = /^\/2015-03-31\/functions\/([^/]+)\/invocations$/.exec(pathIn(request, base)) ?? [];
    if (request.method !== "POST" || name === "") return refuse(response, 404, "UnknownOperationException");
    const functionName = functionNames.find((each) => each === decodeURIComponent(name));
    if (functionName === undefined) return refuse(response, 404, "ResourceNotFoundException");
    if (request.headers["x-amz-invocation-type"] !== "Event")
      return refuse(response, 400, "InvalidParameterValueException");
    if (Buffer.byteLength(body) > largestEventBytes) return refuse(response, 413, "RequestTooLargeException");
    const run = invoke(functionName, JSON.parse(body)).finally(() => running.delete(run));
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
