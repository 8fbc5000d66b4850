import { randomUUID } from "node:crypto";
import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from "node:http";
import { pipeline } from "node:stream/promises";

/** Node's own 5 s close connections that a client on a busy machine is about to use again. */
const idleMs = 60_000;
const maxBodyBytes = 200_000_000;

/** A request with its whole body. `gone` aborts when the client disconnects before the answer. */
export interface Call {
  readonly method: string;
  readonly url: URL;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  readonly gone: AbortSignal;
}

/** An answer with JSON, bytes, a stream of text or nothing; or `reset`, which breaks the connection. */
export type Answer = Reply | "reset";

/** See Answer. Header names are lower-case. */
export interface Reply {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly json?: unknown;
  readonly bytes?: Uint8Array;
  readonly stream?: AsyncIterable<string>;
  /** The connection breaks after the bytes, whatever `content-length` promises. */
  readonly cut?: boolean;
}

/** What answers a method on the paths that match; the pattern's groups are passed on. */
export interface Route {
  readonly method: string;
  readonly path: RegExp;
  answer(call: Call, first: string, second: string): Answer | Promise<Answer>;
}

/** Answers a call before any route does, or undefined. */
export type Intercept = (call: Call) => Promise<Answer | undefined>;

/**
 * An HTTP server over a list of routes, the first match wins; not yet listening. Other paths are 404, other methods
 * 405.
 */
export function createRouteServer(routes: readonly Route[], intercept: Intercept): Server {
  return createServer({ keepAliveTimeout: idleMs }, (request, response) => {
    respond(routes, intercept, request, response).catch((error: unknown) => {
      if (!response.destroyed) console.error("fal emulator:", error);
      response.destroy();
    });
  });
}

/** The JSON in a body; undefined if it is not JSON. */
export function parseJson(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString("utf8"));
  } catch {
    return undefined;
  }
}

async function respond(
  routes: readonly Route[],
  intercept: Intercept,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const leaving = new AbortController();
  response.once("close", () => leaving.abort());
  const call = {
    method: request.method === "HEAD" ? "GET" : (request.method ?? "GET"),
    url: new URL(request.url ?? "/", "http://emulator"),
    headers: request.headers,
    body: await readBody(request),
    gone: leaving.signal,
  };
  const answer = (await intercept(call)) ?? (await answerCall(routes, call));
  if (answer === "reset") request.socket.resetAndDestroy();
  else await send(answer, response);
}

async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request) {
    length += chunk.length;
    if (length > maxBodyBytes) throw new Error(`A body of more than ${maxBodyBytes} bytes was refused.`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function answerCall(routes: readonly Route[], call: Call): Answer | Promise<Answer> {
  if (call.method === "OPTIONS") return { status: 204 };
  const matching = routes.filter((route) => route.path.test(call.url.pathname));
  const route = matching.find(({ method }) => method === call.method || method === "*");
  if (route) {
    const [, first = "", second = ""] = route.path.exec(call.url.pathname) ?? [];
    return route.answer(call, first, second);
  }
  if (matching.length === 0) return { status: 404, json: { detail: "Not Found" } };
  const allow = matching.map(({ method }) => method).join(", ");
  return { status: 405, headers: { allow }, json: { detail: "Method Not Allowed" } };
}

async function send({ status, headers, json, bytes, stream, cut }: Reply, response: ServerResponse): Promise<void> {
  response.writeHead(status, {
    "access-control-allow-origin": "*",
    "access-control-allow-headers": "*, authorization",
    "access-control-allow-methods": "*",
    "access-control-expose-headers": "*",
    "x-fal-request-id": randomUUID(),
    ...(json !== undefined && { "content-type": "application/json" }),
    ...headers,
  });
  if (stream) await pipeline(stream, response);
  else if (cut) response.write(bytes ?? "", () => response.destroy());
  else response.end(json === undefined ? bytes : JSON.stringify(json));
}
