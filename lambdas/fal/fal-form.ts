import { isVideoUrl } from "../contract/public-job.ts";
import type { Job, JobErrorCode, Video } from "../job/job.ts";
import { isOpen } from "../job/job.ts";

/**
 * A response in fal's format: what fal's result call returns for a finished request
 * (docs/internals/fal-protocol.md#2-the-queue, docs/internals/fal-protocol.md#3-errors).
 */
export interface FalAnswer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: Readonly<Record<string, unknown>>;
}

/** fal's response for a request that has not finished. */
const IN_PROGRESS: FalAnswer = { status: 400, body: { detail: "Request is still in progress" } };

/** The status of a failure for which fal's own status is not known. */
const STATUS_BY_CODE: Partial<Record<JobErrorCode, number>> = {
  input_refused: 422,
  content_policy_violation: 422,
  client_cancelled: 499,
  start_timeout: 504,
  deadline_exceeded: 504,
  result_expired: 404,
};

/** The result of a job as fal's client would receive it. A late success counts as a result, because it was paid for. */
export function falResult(job: Job): FalAnswer {
  if (isOpen(job)) return IN_PROGRESS;
  const result = job.result ?? job.late_result;
  return result === undefined ? falFailure(job) : { status: 200, body: falOutput(result) };
}

function falOutput({ video, extra = {} }: NonNullable<Job["result"]>): FalAnswer["body"] {
  const ofVideo = typeof extra.video === "object" ? extra.video : {};
  return { ...extra, video: { ...ofVideo, ...falFile(video) } };
}

/** The file's fields from fal. Everything that we read from the bytes is left out. */
function falFile({ url, content_type, file_name, file_size }: Video) {
  return { url, content_type, file_name, file_size };
}

function falFailure(job: Job): FalAnswer {
  if (job.status === "canceled") return ofMachinery(499, "client_cancelled", "Request was cancelled by the client");
  const { code = "generation_failed", message = "The job failed.", detail, fal_status, error_type } = job.error ?? {};
  if (code === "start_timeout" || code === "deadline_exceeded") {
    const { headers, ...answer } = ofMachinery(504, "request_timeout", "Request timed out");
    return { ...answer, headers: { ...headers, "x-fal-request-timeout-type": "user" } };
  }
  const status = fal_status ?? STATUS_BY_CODE[code] ?? 500;
  if (error_type !== undefined) return ofMachinery(status, error_type, detail ?? message);
  return {
    status,
    body: { detail: Array.isArray(detail) ? detail.map((item) => withEcho(item, job)) : (detail ?? message) },
  };
}

function ofMachinery(status: number, error_type: string, detail: unknown) {
  return { status, headers: { "x-fal-error-type": error_type }, body: { detail, error_type } };
}

/** fal repeats the input in each error. The table does not store it twice, so it is added here (rule P4). */
function withEcho(item: unknown, { input }: Job): unknown {
  if (typeof item !== "object" || item === null || !("loc" in item) || !Array.isArray(item.loc)) return item;
  return { ...item, input: echoOf(input, item.loc.slice(1)) };
}

/** The part of an input at a path; the whole input if there is nothing at the path. */
export function echoOf(input: unknown, path: readonly unknown[]): unknown {
  const part = path.reduce((value, name) => {
    const fields = typeof value === "object" && value !== null ? Object.entries(value) : [];
    return fields.find(([key]) => key === String(name))?.[1];
  }, input);
  return part === undefined ? input : part;
}

/**
 * The webhook that fal would send for a settled job, with the job's own id (docs/internals/fal-protocol.md#5-webhooks).
 * An inline video is left out, as in fal's own webhooks when a result is too large: the receiver must fetch the result.
 */
export function falDelivery(job: Job) {
  const { status, body } = falResult(job);
  const isSuccess = status === 200;
  const common = {
    error: isSuccess ? null : `Invalid status code: ${status}`,
    gateway_request_id: job.id,
    request_id: job.id,
    status: isSuccess ? "OK" : "ERROR",
  };
  return isInlineResult(job)
    ? { ...common, payload: null, payload_error: "The video is inline in the result. Fetch the result." }
    : { ...common, payload: body };
}

/** Whether fal returned the video inline. Its URL is then our own, and only we store it. */
export function isInlineResult({ id, result, late_result }: Job): boolean {
  return isVideoUrl((result ?? late_result)?.video.url ?? "", id);
}
