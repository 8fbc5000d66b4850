import type { JobError } from "../job/job.ts";
import { type CallOutcome, isSuccess } from "./call-once.ts";
import { clippedDetail } from "./detail.ts";
import { refusedInput } from "./reason.ts";

type NotAccepted = Extract<Submission, { outcome: "not_accepted" }>;

/** The outcome of a submission, as it concerns the job. */
export type Submission =
  | { readonly outcome: "accepted"; readonly requestId: string }
  | { readonly outcome: "input_refused"; readonly error: JobError }
  | {
      readonly outcome: "not_accepted";
      readonly error: JobError;
      readonly retryAfterMs: number;
      readonly operatorTrouble: boolean;
    }
  /** `isOutage`: fal answered 503, so further submissions would be lost too (rule P17). */
  | { readonly outcome: "unknown"; readonly error: JobError; readonly isOutage: boolean };

/**
 * Reads the outcome of a POST for which the client returned no request id. Anything that is not certain is unknown
 * (rule P10).
 */
export function readRefusal(post: CallOutcome, input?: unknown): Exclude<Submission, { outcome: "accepted" }> {
  if (post.kind === "not_sent")
    return waiting(
      "fal_unreachable",
      `fal could not be reached (${post.reason}); the job will be submitted again automatically.`,
    );
  if (post.kind === "unanswered") return unknown(`the connection ended without an answer (${post.reason})`);
  const { status } = post;
  const detail = clippedDetail(post.body);
  if (status === 429) {
    return {
      ...waiting("fal_busy", "fal is rate limiting requests; the job will be submitted again automatically.", detail),
      retryAfterMs: retryAfterMs(post),
    };
  }
  if (status === 401 || status === 402 || status === 403) {
    return operator(
      "fal_key_refused",
      `fal refused this service's key or balance (${status}). The operator must fix it; the job will then be submitted automatically.`,
      detail,
    );
  }
  if (status === 404)
    return operator(
      "endpoint_unknown",
      "fal does not know the configured endpoint. The operator must fix it; the job will then be submitted automatically.",
      detail,
    );
  if (status >= 400 && status < 500 && status !== 408 && status !== 499) {
    return {
      outcome: "input_refused",
      error: {
        code: "input_refused",
        message: refusedInput(post.body, status, input),
        retryable: false,
        fal_status: status,
        detail,
      },
    };
  }
  const what = isSuccess(status) ? `fal returned ${status} without a request id` : `fal returned ${status}`;
  return { ...unknown(what), isOutage: status === 503 };
}

/** The key is not configured: nothing was sent, and the operator must act. */
export function keyMissing(): NotAccepted {
  return operator(
    "fal_key_missing",
    "FAL_KEY is not configured. The operator must set it; the job will then be submitted automatically.",
  );
}

/** Too little time was left to wait for an answer, so nothing was sent. */
export function postponed(): NotAccepted {
  return waiting("fal_unreachable", "Ran out of time before contacting fal; the job will be submitted automatically.");
}

function waiting(code: JobError["code"], message: string, detail?: unknown) {
  const error: JobError = { code, message, retryable: true, detail };
  return { outcome: "not_accepted", error, retryAfterMs: 0, operatorTrouble: false } as const;
}

function operator(code: JobError["code"], message: string, detail?: unknown) {
  return { ...waiting(code, message, detail), operatorTrouble: true };
}

function unknown(what: string): Submission & { outcome: "unknown" } {
  const message = `fal may have accepted this request, but ${what}. It will not be sent again automatically; fal's webhook may still settle the job.`;
  return { outcome: "unknown", isOutage: false, error: { code: "submission_unconfirmed", message, retryable: true } };
}

function retryAfterMs(post: Extract<CallOutcome, { kind: "answered" }>): number {
  const seconds = Number(post.headers["retry-after"]);
  return Number.isFinite(seconds) && seconds > 0 ? seconds * 1000 : 0;
}
