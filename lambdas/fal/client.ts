import { createFalClient, type FalClient } from "@fal-ai/client";
import type { FalOptions } from "../job/job.ts";
import {
  FAL_ANSWER_MAX_BYTES,
  FAL_CANCEL_TIMEOUT_MS,
  FAL_DELETE_TIMEOUT_MS,
  FAL_HISTORY_TIMEOUT_MS,
  FAL_RESULT_TIMEOUT_MS,
  FAL_STATUS_TIMEOUT_MS,
  FAL_UPLOAD_LIFETIME_SECONDS,
  HISTORY_PAGE_MAX_BYTES,
  REQUEST_ID_MAX_CHARACTERS,
  START_TIMEOUT_MAX_SECONDS,
  STORAGE_UPLOAD_TIMEOUT_MS,
} from "../limits.ts";
import { type CallOutcome, callOnce, isSuccess } from "./call-once.ts";
import { jsonObject } from "./detail.ts";
import { readRefusal, type Submission } from "./submission.ts";
import { falUrl } from "./url.ts";

/** fal's client does not include the platform API. */
const HISTORY_URL = "https://api.fal.ai/v1/models/requests/by-endpoint";
const REQUESTS_URL = "https://api.fal.ai/v1/models/requests";

/** fal's own client would upload the whole file; we only start a multipart upload. */
const MULTIPART_URL = "https://rest.fal.ai/storage/upload/initiate-multipart?storage_type=fal-cdn-v3";

/** What fal may store. */
export interface FalPrivacy {
  /** If false, fal does not store requests and results (`X-Fal-Store-IO: 0`). */
  readonly storesPayloads: boolean;
  /** Seconds that fal keeps images and videos. Undefined: the fal account decides. */
  readonly mediaLifetimeSeconds: number | undefined;
}

/** What fal may do on its own with any submission. A caller can forbid more for one job (`FalOptions`), not less. */
export interface FalRouting {
  /** fal does not retry a request that failed in its infrastructure. */
  readonly noRetry: boolean;
  /** fal does not run a request on another endpoint than the one that was validated and priced. */
  readonly disablesFallbacks: boolean;
}

/** The key for fal, the origin that replaces fal's hosts (if any), what fal may store, and what it may do on its own. */
export interface FalAccess {
  readonly key: string;
  /** Called when fal refuses the key. */
  readonly keyRefused?: (() => void) | undefined;
  readonly falEndpointUrl: string | undefined;
  readonly privacy: FalPrivacy;
  readonly routing: FalRouting;
}

export interface SubmitCall {
  readonly endpoint: string;
  /** The input of the model. */
  readonly input: Readonly<Record<string, unknown>>;
  /** Options for how fal runs the request. */
  readonly options?: Omit<FalOptions, "start_timeout_seconds"> | undefined;
  /** fal calls exactly this URL. */
  readonly webhookUrl: string;
  /** Seconds within which fal must start the request. Otherwise fal returns 504 and bills nothing (rule P12). */
  readonly startTimeoutSeconds: number;
  readonly timeoutMs: number;
}

/** A request at fal. */
export interface FalRequest {
  readonly endpoint: string;
  readonly requestId: string;
}

/**
 * Sends a job to fal's queue with exactly one POST and returns the outcome. Never throws. This is the only file that
 * imports fal's client.
 */
export async function submitToFal(access: FalAccess, { options = {}, ...call }: SubmitCall): Promise<Submission> {
  const outcome = await callFal(access, call.timeoutMs, FAL_ANSWER_MAX_BYTES, (client) =>
    client.queue.submit(call.endpoint, {
      input: call.input,
      webhookUrl: call.webhookUrl,
      startTimeout: call.startTimeoutSeconds,
      ...(options.priority && { priority: options.priority }),
      ...(options.runner_hint && { hint: options.runner_hint }),
      ...(!options.object_lifecycle && lifetime("storageSettings", access.privacy.mediaLifetimeSeconds)),
      headers: submitHeaders(access, options),
    }),
  );
  const requestId = requestIdIn(outcome);
  return requestId === undefined ? readRefusal(outcome, call.input) : { outcome: "accepted", requestId };
}

/** fal's documentation has both names (docs/internals/fal-protocol.md#10-reliability-and-other-clients). */
const NO_FALLBACKS = { "x-fal-disable-fallbacks": "1", "x-app-fal-disable-fallback": "true" };

/**
 * The caller's setting for how long fal keeps media takes precedence over the installation's. fal's client writes the
 * installation's setting last, so it is left out in that case.
 */
function submitHeaders(
  { privacy, routing }: FalAccess,
  { object_lifecycle, no_retry, disable_fallbacks }: NonNullable<SubmitCall["options"]>,
): Record<string, string> {
  return {
    ...(!privacy.storesPayloads && { "x-fal-store-io": "0" }),
    ...((routing.noRetry || no_retry) && { "x-fal-no-retry": "1" }),
    ...((routing.disablesFallbacks || disable_fallbacks) && NO_FALLBACKS),
    ...(object_lifecycle && { "x-fal-object-lifecycle-preference": JSON.stringify(object_lifecycle) }),
  };
}

/** Gets the status of a request, optionally with logs. Never throws. */
export function statusAtFal(
  access: FalAccess,
  { endpoint, requestId }: FalRequest,
  logs = false,
): Promise<CallOutcome> {
  return callFal(access, FAL_STATUS_TIMEOUT_MS, FAL_ANSWER_MAX_BYTES, (client) =>
    client.queue.status(endpoint, { requestId, logs }),
  );
}

/** Gets the result of a request. Never throws. */
export function resultAtFal(
  access: FalAccess,
  { endpoint, requestId }: FalRequest,
  maxBytes: number,
): Promise<CallOutcome> {
  return callFal(access, FAL_RESULT_TIMEOUT_MS, maxBytes, (client) => client.queue.result(endpoint, { requestId }));
}

/** Asks fal to cancel a request. Never throws. Asking twice is harmless. */
export function cancelAtFal(access: FalAccess, { endpoint, requestId }: FalRequest): Promise<CallOutcome> {
  return callFal(access, FAL_CANCEL_TIMEOUT_MS, FAL_ANSWER_MAX_BYTES, (client) =>
    client.queue.cancel(endpoint, { requestId }),
  );
}

/** One page of fal's request history as a parsed JSON object; undefined if the call failed. Never throws. */
export async function historyPageAtFal(access: FalAccess, query: Readonly<Record<string, string>>): Promise<unknown> {
  const url = `${HISTORY_URL}?${new URLSearchParams(query)}`;
  const outcome = await callPlatform(access, "GET", url, FAL_HISTORY_TIMEOUT_MS, HISTORY_PAGE_MAX_BYTES);
  return outcome.kind === "answered" && isSuccess(outcome.status) ? jsonObject(outcome.body) : undefined;
}

/**
 * Starts a multipart upload to fal's storage, as fal's client does for large files. The caller then sends the parts to
 * the returned URL without further credentials. fal keeps the file for a limited time. Never throws.
 */
export function initiateMultipartAtFal(
  access: FalAccess,
  file: { readonly content_type: string; readonly file_name: string },
): Promise<CallOutcome> {
  const { mediaLifetimeSeconds = FAL_UPLOAD_LIFETIME_SECONDS } = access.privacy;
  const expiration_duration_seconds = Math.min(mediaLifetimeSeconds, FAL_UPLOAD_LIFETIME_SECONDS);
  const headers = { "x-fal-object-lifecycle": JSON.stringify({ expiration_duration_seconds }) };
  return callPlatform(access, "POST", MULTIPART_URL, FAL_STATUS_TIMEOUT_MS, FAL_ANSWER_MAX_BYTES, file, headers);
}

/**
 * Asks fal to delete the payloads and media of a request, which only admin keys may do. Returns whether fal did it.
 * Never throws.
 */
export async function deletePayloadsAtFal(access: FalAccess, requestId: string): Promise<Deletion> {
  const url = `${REQUESTS_URL}/${encodeURIComponent(requestId)}/payloads`;
  const outcome = await callPlatform(access, "DELETE", url, FAL_DELETE_TIMEOUT_MS, FAL_ANSWER_MAX_BYTES);
  if (outcome.kind !== "answered") return "unanswered";
  if (isSuccess(outcome.status) || outcome.status === 404) return "deleted";
  return outcome.status === 401 || outcome.status === 403 ? "not_allowed" : "unanswered";
}

export type Deletion = "deleted" | "not_allowed" | "unanswered";

/**
 * Uploads a file to fal's storage and returns its URL, which is valid for at least `neededSeconds` from now. Throws if
 * this fails. Repeating it costs nothing.
 */
export async function uploadToFal(
  { key, falEndpointUrl, privacy }: FalAccess,
  file: {
    readonly name: string;
    readonly contentType: string;
    readonly bytes: Uint8Array;
    readonly neededSeconds: number;
  },
): Promise<string> {
  const signal = AbortSignal.timeout(STORAGE_UPLOAD_TIMEOUT_MS);
  const client = createFalClient({
    credentials: key,
    fetch: (url, init) => fetch(falUrl(String(url), falEndpointUrl), { ...init, signal }),
  });
  const { mediaLifetimeSeconds } = privacy;
  const keptSeconds =
    mediaLifetimeSeconds && Math.max(mediaLifetimeSeconds, file.neededSeconds + START_TIMEOUT_MAX_SECONDS);
  return client.storage.upload(
    new File([new Uint8Array(file.bytes)], file.name, { type: file.contentType }),
    lifetime("lifecycle", keptSeconds),
  );
}

function lifetime<N extends string>(name: N, seconds: number | undefined) {
  return (seconds === undefined ? {} : { [name]: { expiresIn: seconds } }) as { [K in N]?: { expiresIn: number } };
}

/**
 * One call through fal's client. The client's own retries and error types are ignored: only the recorded outcome of the
 * call counts.
 */
async function callFal(
  { key, keyRefused, falEndpointUrl }: FalAccess,
  timeoutMs: number,
  maxAnswerBytes: number,
  make: (client: FalClient) => Promise<unknown>,
): Promise<CallOutcome> {
  const call = callOnce(timeoutMs, maxAnswerBytes);
  const client = createFalClient({
    credentials: key,
    fetch: (url, init) => call.fetch(falUrl(String(url), falEndpointUrl), init),
  });
  try {
    await make(client);
  } catch {
    // The outcome below has everything that the client's error has.
  }
  const outcome = call.outcome();
  if (outcome.kind === "answered" && outcome.status === 401) keyRefused?.();
  return outcome;
}

/** One call that fal's client does not offer, with an optional JSON body. Never throws. */
async function callPlatform(
  { key, falEndpointUrl }: FalAccess,
  method: "GET" | "POST" | "DELETE",
  url: string,
  timeoutMs: number,
  maxAnswerBytes: number,
  body?: object,
  others: Readonly<Record<string, string>> = {},
): Promise<CallOutcome> {
  const call = callOnce(timeoutMs, maxAnswerBytes);
  const headers = { ...others, authorization: `Key ${key}`, accept: "application/json" };
  const json = body && { headers: { ...headers, "content-type": "application/json" }, body: JSON.stringify(body) };
  await call.fetch(falUrl(url, falEndpointUrl), { method, headers, ...json }).catch(() => undefined);
  return call.outcome();
}

/**
 * The request id of an accepted submission. It is read from the body, because fal's client would not find it without a
 * JSON content type.
 */
function requestIdIn(outcome: CallOutcome): string | undefined {
  const body = outcome.kind === "answered" && isSuccess(outcome.status) ? jsonObject(outcome.body) : undefined;
  const id = body?.request_id;
  return typeof id === "string" && id !== "" && id.length <= REQUEST_ID_MAX_CHARACTERS ? id : undefined;
}
