// The AI SDK's video models of fal, through fal-jobs.
import { setTimeout as delay } from "node:timers/promises";
import { createFal } from "@ai-sdk/fal";

const patienceMs = 2 * 60_000;
const retryMs = 2_000;

/** A video model of the AI SDK, run by fal-jobs. `endpoint` is its name at fal, such as `decart/lucy-i2v`. */
export function falJobs({ url, key, endpoint }) {
  const fetch = throughFalJobs({ url, key, endpoint });
  return createFal({ fetch, apiKey: "FAL_KEY stays in fal-jobs" }).video(endpoint);
}

function throughFalJobs({ url, key, endpoint }) {
  return async (target, { method = "GET", headers, body, signal }) => {
    const isSubmission = method === "POST";
    const all = new Headers(headers);
    all.delete("authorization");
    all.set("x-api-key", key);
    // The SDK puts `fal-ai/` in front of every endpoint, also of those that have another owner.
    const falUrl = isSubmission ? `https://queue.fal.run/${endpoint}${new URL(target).search}` : String(target);
    all.set("x-fal-target-url", falUrl);
    if (isSubmission && !all.has("idempotency-key")) throw new Error("give each call a header idempotency-key");
    // The SDK repeats a lost submission with the same idempotency key, which is the same job. But one lost answer to a
    // later call would make it report a failure.
    const send = isSubmission ? fetchWhole : fetchPatiently;
    const answer = await send(`${url}/fal/proxy`, { method, headers: all, body, signal });
    if (answer.ok) return answer;
    // Each answer about the request itself has this header. Any other answer does not mean that the video failed.
    if (!isSubmission && !answer.headers.has("x-fal-request-id")) throw await errorOf(answer);
    return inSdksForm(answer);
  };
}

/** Repeats a call that changes nothing, for two minutes, while there is no connection or no service behind it. */
export async function fetchPatiently(url, options = {}) {
  const until = Date.now() + patienceMs;
  for (;;) {
    const answer = await fetchWhole(url, options).catch((error) => error);
    options.signal?.throwIfAborted();
    if (answer instanceof Response && !isOutage(answer)) return answer;
    if (Date.now() > until) throw await errorOf(answer);
    await delay(retryMs, undefined, { signal: options.signal });
  }
}

/** An answer whose body has arrived: a connection can also break in the middle of it. */
async function fetchWhole(url, options) {
  try {
    const answer = await fetch(url, options);
    const { status, headers } = answer;
    return new Response(await answer.arrayBuffer(), { status, headers });
  } catch (error) {
    if (!options.signal?.aborted) console.warn(`no connection to ${new URL(url).origin}`);
    throw error;
  }
}

function isOutage({ status, headers }) {
  return (status >= 500 || status === 429 || status === 408) && !headers.has("x-fal-request-id");
}

/** The SDK reads errors in another form than fal's, and polls again after this one `detail`. */
async function inSdksForm(answer) {
  const { status, headers } = answer;
  const { detail } = await readJson(answer.clone());
  if (detail === "Request is still in progress") return answer;
  const { message } = await errorOf(answer);
  return Response.json({ error: { message, code: status } }, { status, headers: onlyRetryAfter(headers) });
}

function onlyRetryAfter(headers) {
  const seconds = headers.get("retry-after");
  return seconds === null ? {} : { "retry-after": seconds };
}

/** What an answer, or a connection that broke, says in words. The error has no cause, which the SDK would evaluate. */
export async function errorOf(answer) {
  if (!(answer instanceof Response)) return new Error(`no connection: ${answer.cause?.message || answer.message}`);
  const { detail, message } = await readJson(answer);
  const words = Array.isArray(detail) ? detail.map(({ loc, msg }) => `${loc.at(-1)} ${msg}`).join("\n") : detail;
  const error = new Error(words ?? message ?? `the answer was ${answer.status}`);
  return Object.assign(error, { status: answer.status });
}

async function readJson(answer) {
  return answer.json().catch(() => ({}));
}
