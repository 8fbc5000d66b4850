import { request as httpRequest, type IncomingHttpHeaders, type IncomingMessage } from "node:http";
import { request as httpsRequest } from "node:https";
import { FAL_ANSWER_MAX_BYTES } from "../job/limits.ts";

/** What one POST came to. `not_sent`: no connection ever stood, so fal certainly has nothing. `unanswered`: fal may have it. */
export type PostOutcome =
  | { readonly kind: "not_sent"; readonly reason: string }
  | { readonly kind: "unanswered"; readonly reason: string }
  | {
      readonly kind: "answered";
      readonly status: number;
      readonly headers: IncomingHttpHeaders;
      readonly body: string;
    };

/**
 * What the guarded fetch throws so that `@fal-ai/client` gives up: it has no `code`, no `cause`, is no ApiError and does not say
 * "fetch failed", which are the client's reasons to POST again (fal-protocol §4, fal-ai/fal-js#238).
 */
export class PostStopped extends Error {
  override readonly name = "PostStopped";
}

/**
 * A `fetch` that sends exactly one POST and remembers what it came to. A fresh connection (a socket that was frozen with its
 * function would be a false unknown), no redirects, one timeout for all of it, at most 1 MB of answer (rule P10).
 */
export function postOnce(timeoutMs: number) {
  let outcome: PostOutcome | undefined;
  const guardedFetch: typeof fetch = async (url, init) => {
    if (outcome) throw new PostStopped("This submission was already sent once.");
    outcome = { kind: "unanswered", reason: "the POST was under way" };
    outcome = await post(new URL(String(url)), init ?? {}, timeoutMs);
    if (outcome.kind !== "answered" || !isSuccess(outcome.status)) {
      throw new PostStopped("The submission was not accepted.");
    }
    return new Response(outcome.body, { headers: { "content-type": outcome.headers["content-type"] ?? "" } });
  };
  return {
    fetch: guardedFetch,
    outcome: (): PostOutcome => outcome ?? { kind: "not_sent", reason: "the POST was never made" },
  };
}

function isSuccess(status: number): boolean {
  return status >= 200 && status < 300;
}

function post(url: URL, init: RequestInit, timeoutMs: number): Promise<PostOutcome> {
  return new Promise((resolve) => {
    let connected = false;
    const settle = (reason: string) => resolve({ kind: connected ? "unanswered" : "not_sent", reason });
    const secure = url.protocol === "https:";
    const send = secure ? httpsRequest : httpRequest;
    const request = send(url, {
      method: "POST",
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
      readBody(response).then(
        (body) => resolve({ kind: "answered", status: response.statusCode ?? 0, headers: response.headers, body }),
        (error: Error) => settle(reasonOf(error)),
      ),
    );
    request.on("close", () => clearTimeout(timer));
    request.end(init.body);
  });
}

async function readBody(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > FAL_ANSWER_MAX_BYTES) throw new Error(`the answer is larger than ${FAL_ANSWER_MAX_BYTES} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}

function reasonOf(error: Error & { code?: string }): string {
  return error.code ?? error.message;
}
