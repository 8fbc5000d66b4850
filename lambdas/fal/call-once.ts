import { request as httpRequest, type IncomingHttpHeaders, type IncomingMessage } from "node:http";
import { request as httpsRequest } from "node:https";

/**
 * The outcome of one call to fal. `not_sent`: no connection was ever established, so fal certainly received nothing.
 * `unanswered`: fal may have received it.
 */
export type CallOutcome =
  | { readonly kind: "not_sent"; readonly reason: string }
  | { readonly kind: "unanswered"; readonly reason: string }
  | {
      readonly kind: "answered";
      readonly status: number;
      readonly headers: IncomingHttpHeaders;
      readonly body: string;
    };

/**
 * The guarded fetch throws this so that `@fal-ai/client` gives up. It has no `code` and no `cause`, is not an ApiError
 * and does not contain "fetch failed": each of these would make the client POST again
 * (docs/internals/fal-protocol.md#4-repeated-posts, fal-ai/fal-js#238).
 */
export class CallStopped extends Error {
  override readonly name = "CallStopped";
}

/**
 * A `fetch` that makes exactly one call and records its outcome. It uses a new connection (a socket that was frozen
 * with its function would cause a false unknown), no redirects, one timeout for the whole call, and a limit on the
 * answer's size (rule P10).
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

function call(url: URL, init: RequestInit, timeoutMs: number, maxAnswerBytes: number): Promise<CallOutcome> {
  return new Promise((resolve) => {
    let connected = false;
    const settle = (reason: string) => resolve({ kind: connected ? "unanswered" : "not_sent", reason });
    const secure = url.protocol === "https:";
    const send = secure ? httpsRequest : httpRequest;
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
    request.on("error", (error) => settle(reasonOf(error)));
    request.on("response", (response) =>
      readBody(response, maxAnswerBytes).then(
        (body) => resolve({ kind: "answered", status: response.statusCode ?? 0, headers: response.headers, body }),
        (error: Error) => settle(reasonOf(error)),
      ),
    );
    request.on("close", () => clearTimeout(timer));
    request.end(init.body);
  });
}

async function readBody(response: IncomingMessage, maxBytes: number): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > maxBytes) throw new Error(`the answer is larger than ${maxBytes} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}

function reasonOf(error: Error & { code?: string }): string {
  return error.code ?? error.message;
}
