import type { RequestOptions } from "node:http";
import { request as httpsRequest } from "node:https";
import type { TcpSocketConnectOpts } from "node:net";
import { clipped } from "../contract/text.ts";
import { CALLBACK_ANSWER_MAX_BYTES, DELIVERY_ERROR_MAX_CHARACTERS, RETRY_AFTER_MAX_MS } from "../limits.ts";
import { type CallbackTarget, RefusedTarget, type TargetRules, targetFinder } from "./callback-target.ts";

/** The receiver's answer, or why it could not be reached. */
export interface CallbackAnswer {
  readonly status?: number;
  readonly error?: string;
  /** The wait that the receiver's Retry-After requests. */
  readonly retryAfterMs?: number;
}

/** Sends one callback. Never throws. */
export type PostCallback = (
  url: string,
  headers: Readonly<Record<string, string>>,
  body: string,
  /** For the whole call: DNS lookup, connection and answer. */
  timeoutMs: number,
) => Promise<CallbackAnswer>;

export interface CallbackOptions extends TargetRules {
  /** Epoch milliseconds. */
  readonly now?: () => number;
}

/** Each address of a host, except the last, has this part of the timeout to accept the connection. */
const CONNECT_TIMEOUT_PART = 0.2;

/** IMF-fixdate, the form that RFC 9110 §5.6.7 requires of senders; `Date.parse` alone accepts almost anything. */
const HTTP_DATE = /^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/;

/** What the caller sees of an error, by its code: no addresses and no internals of this service. */
const REASONS: readonly (readonly [RegExp, string])[] = [
  [/^(ENOTFOUND|ENODATA|EAI_\w+)$/, "the host name could not be resolved"],
  [/^ECONNREFUSED$/, "the connection was refused"],
  [/^(ECONNRESET|EPIPE)$/, "the connection was closed early"],
  [/^(EHOSTUNREACH|ENETUNREACH|EADDRNOTAVAIL|ETIMEDOUT)$/, "the host could not be reached"],
  [/^HPE_/, "the response was not valid HTTP"],
  [/^(ERR_SSL|EPROTO)/, "the TLS connection failed"],
  [/CERT|SIGNATURE/, "the TLS certificate was not accepted"],
];

/**
 * Returns the function that sends callbacks to untrusted URLs. It connects only to the exact addresses that were
 * validated, so a second DNS answer cannot redirect it (rule P26). Each callback uses a new connection, follows no
 * redirects and has one timeout for the whole call; only the answer's status counts. Throws if `publicUrl` is not a
 * URL.
 *
 * It does not share its POST with `fal/call-once.ts`. There, an incomplete answer leaves the outcome unknown, because
 * promise 2 depends on it; here the status is enough, and the addresses are pinned.
 */
export function callbackPoster(options: CallbackOptions): PostCallback {
  const { now = Date.now } = options;
  const findTarget = targetFinder(options);
  return async (url, headers, body, timeoutMs) => {
    const deadline = AbortSignal.timeout(timeoutMs);
    try {
      const target = await findTarget(url, deadline);
      const { status, retryAfter } = await post(target, headers, body, timeoutMs, deadline);
      return { status, retryAfterMs: retryAfterMs(retryAfter, now()) };
    } catch (error) {
      const reason = deadline.aborted ? `no answer within ${timeoutMs / 1000} s` : reasonOf(error);
      return { error: clipped(reason, DELIVERY_ERROR_MAX_CHARACTERS) };
    }
  };
}

interface Answer {
  readonly status: number | undefined;
  readonly retryAfter: string | undefined;
}

async function post(
  { url, addresses }: CallbackTarget,
  headers: Readonly<Record<string, string>>,
  body: string,
  timeoutMs: number,
  deadline: AbortSignal,
): Promise<Answer> {
  // A static import of node:http loads Node's fetch, too, a fifth of a cold start. Only loopback URLs need it.
  const send = url.protocol === "https:" ? httpsRequest : (await import("node:http")).request;
  return new Promise((resolve, reject) => {
    const options: RequestOptions & Partial<TcpSocketConnectOpts> = {
      method: "POST",
      headers: { ...headers, "content-length": Buffer.byteLength(body), connection: "close" },
      agent: false,
      signal: deadline,
      lookup: (_hostname, _options, done) => done(null, [...addresses]),
      autoSelectFamily: true,
      autoSelectFamilyAttemptTimeout: Math.ceil(timeoutMs * CONNECT_TIMEOUT_PART),
    };
    const request = send(url, options);
    let answer: Answer | undefined;
    const end = (error: Error) => (answer ? resolve(answer) : reject(error));
    request.on("error", end);
    request.on("close", () => end(Object.assign(new Error("Closed without an answer."), { code: "ECONNRESET" })));
    request.on("response", (response) => {
      answer = { status: response.statusCode, retryAfter: response.headers["retry-after"] };
      let size = 0;
      response.on("data", (chunk: Buffer) => {
        size += chunk.length;
        if (size > CALLBACK_ANSWER_MAX_BYTES) request.destroy();
      });
    });
    request.end(body);
  });
}

function retryAfterMs(text: string | undefined, now: number): number | undefined {
  if (text === undefined) return undefined;
  const ms = /^\d+$/.test(text) ? Number(text) * 1000 : HTTP_DATE.test(text) ? Date.parse(text) - now : Number.NaN;
  return Number.isNaN(ms) ? undefined : Math.min(Math.max(ms, 0), RETRY_AFTER_MAX_MS);
}

function reasonOf(error: unknown): string {
  if (error instanceof RefusedTarget) return error.message;
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  return REASONS.find(([codes]) => codes.test(code))?.[1] ?? "the callback could not be sent";
}
