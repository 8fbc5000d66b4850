import type { IncomingHttpHeaders, IncomingMessage } from "node:http";
import { request as httpsRequest } from "node:https";

/**
 * The outcome of one call to fal. `not_sent`: there was never a connection, so fal certainly received nothing.
 * `unanswered`: fal may have received it.
 */
export type CallOutcome =
  | { readonly kind: "not_sent"; readonly reason: string }
  | { readonly kind: "unanswered"; readonly reason: string; readonly isTooLarge?: boolean }
  | {
      readonly kind: "answered";
      readonly status: number;
      readonly headers: IncomingHttpHeaders;
      readonly body: string;
    };

/**
 * The guarded fetch throws this to make `@fal-ai/client` give up. It has no `code`, no `cause`, is no ApiError and does
 * not say "fetch failed": for any of these the client would send the POST again
 * (docs/internals/fal-protocol.md#4-repeated-posts, fal-ai/fal-js#238).
 */
export class CallStopped extends Error {
  override readonly name = "CallStopped";
}

/**
 * A `fetch` that makes exactly one call and records its outcome (rule P10). It opens a new connection, because a socket
 * that was frozen with its function would give a wrong `unknown`. It follows no redirects, has one timeout for the
 * whole call, and limits the size of the response.
 */
export function callOnce(timeoutMs: number, maxAnswerBytes: number) {
  let outcome: CallOutcome | undefined;
  const guardedFetch: typeof fetch = async (url, init) => {
    if (outcome) throw new CallStopped("This call was already made once.");
    outcome = { kind: "unanswered", reason: "the call was under way" };
    outcome = await call(new URL(String(url)), init ?? {}, timeoutMs, maxAnswerBytes);
    if (outcome.kind !== "answered" || !isSuccess(outcome.status))
      throw new CallStopped("fal did not return a success status.");
    return new Response(outcome.body, { headers: { "content-type": outcome.headers["content-type"] ?? "" } });
  };
  return {
    fetch: guardedFetch,
    outcome: (): CallOutcome => outcome ?? { kind: "not_sent", reason: "the call was never made" },
  };
}

/** Whether a status is a 2xx. */
export function isSuccess(status: number): boolean {
  return status >= 200 && status < 300;
}

async function call(url: URL, init: RequestInit, timeoutMs: number, maxAnswerBytes: number): Promise<CallOutcome> {
  const secure = url.protocol === "https:";
  // Only local stacks speak plain http. A static import of node:http loads Node's fetch, too, a fifth of a cold start.
  const send = secure ? httpsRequest : (await import("node:http")).request;
  return new Promise((resolve) => {
    let connected = false;
    const settle = (error: Error) => {
      const reason = reasonOf(error);
      if (!connected) return resolve({ kind: "not_sent", reason });
      resolve({ kind: "unanswered", reason, ...(error instanceof TooLarge && { isTooLarge: true }) });
    };
    const request = send(url, {
      method: init.method ?? "GET",
      headers: { ...(init.headers as Record<string, string>), connection: "close" },
      agent: false,
    });
    const timer = setTimeout(() => request.destroy(new Error(`no answer within ${timeoutMs} ms`)), timeoutMs);
    request.on("socket", (socket) =>
      socket.once(secure ? "secureConnect" : "connect", () => {
        connected = true;
      }),
    );
    request.on("error", settle);
    let isAnswered = false;
    request.on("response", (response) => {
      isAnswered = true;
      readBody(response, maxAnswerBytes).then(
        (body) => resolve({ kind: "answered", status: response.statusCode ?? 0, headers: response.headers, body }),
        settle,
      );
    });
    request.on("close", () => {
      clearTimeout(timer);
      // An answer 101 is neither a response nor an error. The body of a response may still be read.
      if (!isAnswered) settle(new Error("the connection was closed without an answer"));
    });
    request.end(init.body);
  });
}

class TooLarge extends Error {}

async function readBody(response: IncomingMessage, maxBytes: number): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > maxBytes) throw new TooLarge(`the answer is larger than ${maxBytes} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}

function reasonOf(error: Error & { code?: string }): string {
  return error.code ?? error.message;
}
