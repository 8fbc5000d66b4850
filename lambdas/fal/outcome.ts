import { parseUrl } from "../contract/parse-url.ts";
import { clipped } from "../contract/text.ts";
import type { JobError, JobErrorCode, JobResult, Video } from "../job/job.ts";
import {
  CONTENT_TYPE_MAX_CHARACTERS,
  ENDPOINT_ID_MAX_CHARACTERS,
  ERROR_MESSAGE_MAX_CHARACTERS,
  ERROR_TYPE_MAX_CHARACTERS,
  EXTRA_OUTPUT_MAX_BYTES,
  FILE_NAME_MAX_CHARACTERS,
  URL_MAX_CHARACTERS,
} from "../limits.ts";
import { clippedDetail, isObject, storable } from "./detail.ts";
import { failedModel, refusedInput } from "./reason.ts";
import { isMediaUrl } from "./url.ts";

/** The outcome of a finished request. */
export type Outcome =
  | {
      readonly status: "succeeded";
      readonly result: JobResult;
      /** Key of the video in our bucket, if the result contained it inline and it was stored. */
      readonly videoKey?: string | undefined;
      /** Number of units that fal reports as billed. */
      readonly billableUnits?: number | undefined;
    }
  | { readonly status: "failed"; readonly error: JobError }
  | { readonly status: "canceled"; readonly error: JobError };

/**
 * Reads the result from the payload of a success; undefined if it has no usable video. A `data:` URI counts as usable,
 * but must not be stored in the table. `ranOn` is what fal says about the endpoint that ran, if anything.
 */
export function readResult(
  payload: unknown,
  falEndpointUrl: string | undefined,
  ranOn?: unknown,
): JobResult | undefined {
  const video = isObject(payload) && isObject(payload.video) ? payload.video : undefined;
  if (typeof video?.url !== "string") return undefined;
  const url = isDataUri(video.url) ? video.url : mediaUrl(video.url, falEndpointUrl);
  if (url === undefined) return undefined;
  const kept: Video = {
    url,
    ...text("content_type", video?.content_type, CONTENT_TYPE_MAX_CHARACTERS),
    ...text("file_name", video?.file_name, FILE_NAME_MAX_CHARACTERS),
    ...(isFileSize(video?.file_size) && { file_size: video.file_size }),
  };
  const extra = extraOf(payload, video);
  return { video: kept, ...(extra && { extra }), ...endpointIn(ranOn) };
}

/** fal ends the endpoint's id with a slash where it tells a model its own id. What is no such id is left out. */
function endpointIn(ranOn: unknown): Pick<JobResult, "endpoint"> {
  const endpoint = typeof ranOn === "string" ? ranOn.replace(/^\/|\/$/g, "") : "";
  const isId = endpoint.length <= ENDPOINT_ID_MAX_CHARACTERS && /^[\w.-]+(?:\/[\w.-]+)+$/.test(endpoint);
  return isId ? { endpoint } : {};
}

/** The URL as every program writes it: ASCII, without line breaks. Undefined if it cannot be fetched or stored. */
function mediaUrl(text: string, falEndpointUrl: string | undefined): string | undefined {
  const url = isMediaUrl(text, falEndpointUrl) ? parseUrl(text)?.href : undefined;
  return url !== undefined && url.length <= URL_MAX_CHARACTERS ? url : undefined;
}

/** Whether a URL contains the data itself (RFC 2397). */
export function isDataUri(url: string): boolean {
  return /^data:/i.test(url);
}

/** Whether a value is a size of a file. Zero is no film's size: it stands for "unknown". */
function isFileSize(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) > 0;
}

const VIDEO_FIELDS = new Set(["url", "content_type", "file_name", "file_size", "file_data"]);

/** The model's other output fields, if they are small and can be stored (rule P4). */
function extraOf(payload: unknown, video: unknown): Readonly<Record<string, unknown>> | undefined {
  if (!isObject(payload) || !isObject(video)) return undefined;
  const { video: _, ...others } = payload;
  const ofVideo = Object.entries(video).filter(([name]) => !VIDEO_FIELDS.has(name));
  const all = { ...others, ...(ofVideo.length > 0 && { video: Object.fromEntries(ofVideo) }) };
  if (!isShort(all, EXTRA_OUTPUT_MAX_BYTES)) return undefined;
  const kept = storable(all);
  if (!isObject(kept) || Object.keys(kept).length === 0) return undefined;
  return Buffer.byteLength(JSON.stringify(kept)) > EXTRA_OUTPUT_MAX_BYTES ? undefined : kept;
}

/** Whether a value has at most so many characters and parts. Stops at the limit, however large the value is (rule P28). */
function isShort(value: unknown, limit: number): boolean {
  let left = limit;
  const fits = (part: unknown): boolean => {
    left -= typeof part === "string" ? part.length : 1;
    if (left < 0) return false;
    if (typeof part !== "object" || part === null) return true;
    for (const key in part) {
      left -= Array.isArray(part) ? 0 : key.length;
      if (left < 0 || !fits(Reflect.get(part, key))) return false;
    }
    return true;
  };
  return fits(value);
}

/** It is sent to callers as a header, too. */
function printable(errorType: string): string {
  return errorType.replace(/[^\x20-\x7e]+/g, "?");
}

/**
 * Reads the error from the body of fal's result or webhook (docs/internals/fal-protocol.md#3-errors). `status` is the
 * model's HTTP status, if it is known.
 */
export function readFailure(body: unknown, status: number | undefined, reason: string | undefined): Outcome {
  const errorType = isObject(body) && typeof body.error_type === "string" ? body.error_type : undefined;
  const types =
    isObject(body) && Array.isArray(body.detail) ? body.detail.filter(isObject).map((item) => item.type) : [];
  const fal = { fal_status: status, error_type: errorType && clipped(printable(errorType), ERROR_TYPE_MAX_CHARACTERS) };
  const detail = clippedDetail(body);
  const failure = (code: JobErrorCode, message: string, retryable: boolean): JobError => ({
    code,
    message: clipped(message, ERROR_MESSAGE_MAX_CHARACTERS),
    retryable,
    ...fal,
    detail,
  });
  if (errorType === "client_cancelled") {
    return { status: "canceled", error: failure("client_cancelled", "The request was canceled at fal.", false) };
  }
  if (errorType !== undefined) {
    const retryable = !FINAL_INFRASTRUCTURE_ERRORS.has(errorType);
    return {
      status: "failed",
      error: failure("infrastructure_failed", `fal could not run the model (${fal.error_type}).`, retryable),
    };
  }
  if (types.includes("content_policy_violation")) {
    return {
      status: "failed",
      error: failure("content_policy_violation", "The model's content policy refused the input.", false),
    };
  }
  if (types.some((type) => RETRYABLE_MODEL_ERRORS.has(type)) || (status !== undefined && status >= 500)) {
    return { status: "failed", error: failure("generation_failed", failedModel(body, reason), true) };
  }
  const refused = status === 422 || types.length > 0;
  const message = refused ? refusedInput(body, status) : (reason ?? "The model failed.");
  return {
    status: "failed",
    error: failure(refused ? "input_refused" : "generation_failed", message, !refused),
  };
}

const FINAL_INFRASTRUCTURE_ERRORS = new Set(["client_disconnected", "client_cancelled", "bad_request"]);
const RETRYABLE_MODEL_ERRORS = new Set<unknown>([
  "internal_server_error",
  "generation_timeout",
  "downstream_service_error",
  "downstream_service_unavailable",
]);

function text<K extends string>(name: K, value: unknown, maxCharacters: number) {
  return typeof value === "string" && value !== "" ? { [name]: clipped(value, maxCharacters) } : {};
}
