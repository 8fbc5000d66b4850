import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { z } from "zod";
import { type ApiKey, indexApiKeys } from "./api-keys.ts";
import type { ApiSpec, Integration, Route } from "./api-spec.ts";
import type { Invocation } from "./function-instance.ts";
import type { Functions } from "./functions.ts";
import { compress, readFunctionAnswer } from "./gateway-answer.ts";
import { buildEvent, connectionHeaders, findHeader, type GatewayRequest, readRequest } from "./gateway-event.ts";
import { type Answer, plainAnswer, type RefusalType, refuse } from "./gateway-response.ts";
import { matchRoute, type RouteMatch } from "./gateway-routes.ts";
import { readStreamedAnswer, type StreamedAnswer } from "./gateway-stream.ts";
import { closeServer, listenOnLoopback, listenOnLoopbackV6 } from "./listening.ts";
import { makeThrottle, type Rate } from "./throttle.ts";

/**
 * A running gateway. `close` accepts no more requests, ends open streams, and waits for other requests in flight, for a
 * limited time.
 */
export type Gateway = { readonly port: number; close(): Promise<void> };

/**
 * A request that was answered. `route` is the route's pattern with the job's id; it contains no other part of the path.
 */
export type AnsweredRequest = {
  readonly method: string;
  readonly route: string;
  readonly status: number;
  readonly ms: number;
  /** The code of a problem, and its first error (`invalid_request /image must be a file`) or its detail. */
  readonly problem?: string | undefined;
};

/** What a gateway needs: the API it serves, who may call, and what runs the functions. */
export type GatewayOptions = {
  readonly api: ApiSpec;
  /** 0 means any free port. */
  readonly port: number;
  readonly apiKeys: readonly string[];
  /** Replaces the limit of each API key. No route allows less than this. */
  readonly throttlePerSecond?: number | undefined;
  /** The values of `Host` that are answered; undefined means any. */
  readonly hosts?: ReadonlySet<string> | undefined;
  readonly invoke: Functions["invoke"];
  readonly stream: Functions["stream"];
  /** Called for an error of the gateway itself. */
  readonly onError: (error: unknown) => void;
  /** Called for each request when its response starts. */
  readonly onAnswered?: ((request: AnsweredRequest) => void) | undefined;
};

/** API Gateway's limit for a request's body. */
const largestBodyBytes = 10 * 1024 * 1024;
/**
 * A body is read completely before it is refused, so that the caller sees the response. Above this size the connection
 * is cut.
 */
const largestDiscardBytes = 64 * 1024 * 1024;
const closeTimeoutMs = 10_000;
const longestProblem = 200;
const problemSchema = z.object({
  code: z.string(),
  detail: z.optional(z.string()),
  errors: z.optional(z.array(z.object({ pointer: z.string(), message: z.string() }))),
});

/**
 * Serves the template's REST API on the loopback address: routes, API keys, throttling, proxy events, and API Gateway's
 * own responses.
 * @throws the listening error if the port is in use.
 */
export async function startGateway(options: GatewayOptions): Promise<Gateway> {
  const keys = indexApiKeys(options.apiKeys);
  const throttle = makeThrottle();
  const servers = [createServer(serve), createServer(serve)] as const;
  const closing = new AbortController();

  function serve(message: IncomingMessage, response: ServerResponse): void {
    const request = readRequest(message);
    answer(options, request, message, (bucket, rate) => throttle(bucket, rate, Date.now()), keys)
      .catch((error: unknown) => {
        if (!message.complete) return undefined;
        options.onError(error);
        return plainAnswer(500);
      })
      .then((sent) => {
        if (!sent) return void message.destroy();
        options.onAnswered?.(describeAnswered(options.api, request, sent));
        send(response, request, sent, closing.signal);
      });
  }

  const port = await listenOnLoopback(servers[0], options.port);
  await listenOnLoopbackV6(servers[1], port);
  return {
    port,
    close: async () => {
      closing.abort();
      await Promise.all(servers.map((server) => closeServer(server, closeTimeoutMs)));
    },
  };
}

async function answer(
  options: GatewayOptions,
  request: GatewayRequest,
  message: IncomingMessage,
  passes: (bucket: string, rate: Rate | undefined) => boolean,
  keys: ReadonlyMap<string, ApiKey>,
): Promise<Answer | StreamedAnswer> {
  const { api, hosts } = options;
  const body = await readBody(message);
  // A web page can give its own name this machine's address, and then call the API as if it were its own.
  if (hosts && !hosts.has(findHeader(request, "host")?.toLowerCase() ?? "")) return plainAnswer(421);
  const match = findRoute(api, request);
  if (match === "malformed") return plainAnswer(400);
  const refusal = (type: RefusalType) => refuse(api, request, type, match?.route.resourcePath);
  if (!match) return refusal("MISSING_AUTHENTICATION_TOKEN");
  const key = match.route.keyRequired ? keys.get(findHeader(request, "x-api-key") ?? "") : undefined;
  if (match.route.keyRequired && !key) return refusal("INVALID_API_KEY");
  const { keyRate, routeRate } = findRates(options, match.route);
  if (key && !passes(`key ${key.id}`, keyRate)) return refusal("THROTTLED");
  if (!passes(`${match.route.method} ${match.route.resourcePath}`, routeRate)) return refusal("THROTTLED");
  if (!body) return refusal("REQUEST_TOO_LARGE");
  const { integration } = match.route;
  if (integration.kind === "mock") return mockAnswer(integration);
  const event = buildEvent(request, body, match, api, key);
  const { functionId, timeoutMs } = integration;
  if (integration.streams) {
    const streamed = await readStreamedAnswer((output) => options.stream(functionId, event, output), timeoutMs);
    return typeof streamed === "string" ? refusal(streamed) : streamed;
  }
  const invocation = await withTimeout(options.invoke(functionId, event), timeoutMs);
  if (invocation.kind === "too_large") return refusal("REQUEST_TOO_LARGE");
  if (invocation.kind === "timeout") return refusal("INTEGRATION_TIMEOUT");
  if (invocation.kind !== "answer") return refusal("INTEGRATION_FAILURE");
  const answered = readFunctionAnswer(invocation.payload, findHeader(request, "accept"), api.binaryMediaTypes);
  if (answered === undefined) return refusal("INTEGRATION_FAILURE");
  return compress(answered, findHeader(request, "accept-encoding"), api.compressedFromBytes);
}

function findRoute(api: ApiSpec, request: GatewayRequest): RouteMatch | "malformed" | undefined {
  try {
    return matchRoute(api.routes, request.method, request.path);
  } catch (error) {
    if (error instanceof URIError) return "malformed";
    throw error;
  }
}

// A request that its key's limit refuses takes nothing from its route's limit.
function findRates({ api, throttlePerSecond }: GatewayOptions, { keyRequired, throttle }: Route) {
  if (throttlePerSecond === undefined) return { keyRate: api.keyThrottle, routeRate: throttle };
  const keyRate = { perSecond: throttlePerSecond, burst: throttlePerSecond };
  const isSlower = keyRequired && throttle !== undefined && throttle.perSecond < throttlePerSecond;
  return { keyRate, routeRate: isSlower ? keyRate : throttle };
}

function describeAnswered(api: ApiSpec, request: GatewayRequest, sent: Answer | StreamedAnswer): AnsweredRequest {
  const { method, receivedAtMs } = request;
  const problem = "body" in sent && sent.status >= 400 ? describeProblem(sent.body) : undefined;
  const route = describeRoute(findRoute(api, request));
  return { method, route, status: sent.status, ms: Date.now() - receivedAtMs, problem };
}

// A field's name comes from the caller, so it may contain control characters for the terminal.
function describeProblem(body: Buffer): string | undefined {
  try {
    const { code, detail = "", errors = [] } = problemSchema.parse(JSON.parse(body.toString()));
    const reason = errors[0] === undefined ? detail : `${errors[0].pointer} ${errors[0].message}`;
    return `${code} ${reason}`.trimEnd().replaceAll(/\p{C}/gu, "?").slice(0, longestProblem);
  } catch {
    return undefined;
  }
}

// The path itself may contain a webhook's token, or control characters for the terminal.
function describeRoute(match: RouteMatch | "malformed" | undefined): string {
  if (match === undefined || match === "malformed" || match.route.resourcePath.endsWith("+}")) return "(no such path)";
  const { id = "" } = match.pathParameters;
  return match.route.resourcePath.replace("{id}", /^[\w-]{1,64}$/.test(id) ? id : "{id}");
}

function mockAnswer({ status, headers, body }: Extract<Integration, { kind: "mock" }>): Answer {
  return { status, headers: Object.entries(headers), body: Buffer.from(body) };
}

// Returns the whole body, or undefined if it is larger than API Gateway accepts.
async function readBody(message: IncomingMessage): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of message) {
    bytes += chunk.length;
    if (bytes <= largestBodyBytes) chunks.push(chunk);
    if (bytes > largestDiscardBytes) throw new Error("the body is too large to be read to its end");
  }
  return bytes <= largestBodyBytes ? Buffer.concat(chunks) : undefined;
}

type TimedInvocation = Invocation | { readonly kind: "timeout" };

async function withTimeout(invocation: Promise<Invocation>, timeoutMs: number): Promise<TimedInvocation> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<TimedInvocation>((resolve) => {
    timer = setTimeout(() => resolve({ kind: "timeout" }), timeoutMs);
  });
  try {
    return await Promise.race([invocation, timeout]);
  } finally {
    clearTimeout(timer);
  }
}

function send(
  response: ServerResponse,
  request: GatewayRequest,
  sent: Answer | StreamedAnswer,
  closing: AbortSignal,
): void {
  response.statusCode = sent.status;
  response.setHeader("x-amzn-requestid", request.requestId);
  if (closing.aborted) response.setHeader("connection", "close");
  for (const [name, value] of sent.headers) {
    if (!connectionHeaders.has(name.toLowerCase())) response.appendHeader(name, value);
  }
  if ("chunks" in sent) sendAsItComes(response, sent.chunks, closing);
  else {
    if (sent.status !== 204 && sent.status !== 304) response.setHeader("content-length", sent.body.length);
    response.end(sent.body);
  }
}

// The output ends when its caller disconnects; the function runs on.
function sendAsItComes(response: ServerResponse, chunks: Readable, closing: AbortSignal): void {
  response.flushHeaders();
  pipeline(chunks, response, { signal: closing }).catch(() => {});
}
