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
/** The same of a synchronous one. */
const largestRequestBytes = 6_291_456;
const METHODS: Readonly<Record<string, string>> = { invocations: "POST", configuration: "GET" };
const closeTimeoutMs = 1_000;
const workTimeoutMs = 5_000;
/** How long a throttled event waits in the function's queue. */
const throttledMs = 500;

/** What Lambda's API does with functions. */
export type FunctionAccess = {
  readonly invoke: (functionName: string, event: unknown) => Promise<Invocation>;
  readonly environmentOf: (functionName: string) => Readonly<Record<string, string>>;
};

/**
 * Serves Invoke and GetFunctionConfiguration of Lambda's API, for the real SDK. An asynchronous event is accepted at
 * once, and the function runs on its own; a throttled one waits until it is too old. Unknown functions and operations
 * are refused. The URL contains a random part, so that no other program on this machine can use it by guessing its
 * port. `close` waits, for a limited time, for the functions that run.
 */
export async function startFunctionApi(
  functions: readonly Pick<FunctionSpec, "id" | "largestEventAgeMs">[],
  { invoke, environmentOf }: FunctionAccess,
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
    const [, name = "", operation = ""] =
      /^\/2015-03-31\/functions\/([^/]+)\/(invocations|configuration)$/.exec(pathIn(request, base)) ?? [];
    if (request.method !== METHODS[operation]) return refuse(response, 404, "UnknownOperationException");
    const found = functions.find(({ id }) => id === decodeURIComponent(name));
    if (found === undefined) return refuse(response, 404, "ResourceNotFoundException");
    if (operation === "configuration") {
      const configuration = { FunctionName: found.id, Environment: { Variables: environmentOf(found.id) } };
      return reply(response, 200, JSON.stringify(configuration));
    }
    const type = request.headers["x-amz-invocation-type"] ?? "RequestResponse";
    if (type === "RequestResponse") {
      if (Buffer.byteLength(body) > largestRequestBytes) return refuse(response, 413, "RequestTooLargeException");
      return replyWith(response, await invoke(found.id, JSON.parse(body || "null")));
    }
    if (type !== "Event") return refuse(response, 400, "InvalidParameterValueException");
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

/** The response to an invocation that was waited for. */
function replyWith(response: ServerResponse, invocation: Invocation): void {
  if (invocation.kind === "answer") reply(response, 200, invocation.payload);
  else if (invocation.kind === "throttled") refuse(response, 429, "TooManyRequestsException");
  else {
    const errorMessage = invocation.kind === "failed" ? invocation.reason : "the event is too large";
    reply(response, 200, JSON.stringify({ errorMessage }), { "x-amz-function-error": "Unhandled" });
  }
}

function refuse(response: ServerResponse, status: number, name: string): void {
  reply(response, status, JSON.stringify({ Message: name }), { "x-amzn-errortype": name });
}

function reply(response: ServerResponse, status: number, json: string, headers: Record<string, string> = {}): void {
  response.writeHead(status, { "content-type": "application/json", ...headers }).end(json);
}
