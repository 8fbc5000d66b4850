import type { JobError } from "../job/job.ts";
import { ACCOUNT_REMEDIES, accountTrouble } from "./account-trouble.ts";
import { type CallOutcome, isSuccess } from "./call-once.ts";
import { clippedDetail } from "./detail.ts";
import { refusedInput } from "./reason.ts";

type NotAccepted = Extract<Submission, { outcome: "not_accepted" }>;

/** The outcome of a submission, as it matters for the job. */
export type Submission =
  | { readonly outcome: "accepted"; readonly requestId: string }
  | { readonly outcome: "input_refused"; readonly error: JobError }
  | {
      readonly outcome: "not_accepted";
      readonly error: JobError;
      readonly retryAfterMs: number;
    }
  /** `isOutage`: fal returned 503, so further submissions would also be lost (rule P17). */
  | { readonly outcome: "unknown"; readonly error: JobError; readonly isOutage: boolean };

/** Classifies a POST that returned no request id. Everything that is not certain is `unknown` (rule P10). */
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
  const trouble = accountTrouble(status, post.body);
  if (trouble !== undefined)
    return waiting(trouble, `${ACCOUNT_REMEDIES[trouble]} The job will then be submitted automatically.`, detail);
  if (status === 404 || status === 403)
    return waiting(
      "endpoint_unknown",
      "fal does not know the configured endpoint, or it is not open to the account. The operator must fix it; the job will then be submitted automatically.",
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

/** FAL_KEY is not configured. Nothing was sent, and the operator must act. */
export function keyMissing(): NotAccepted {
  return waiting(
    "fal_key_missing",
    "FAL_KEY is not configured. The operator must set it; the job will then be submitted automatically.",
  );
}

/** There was too little time to wait for a response, so nothing was sent. */
export function postponed(): NotAccepted {
  return waiting("fal_unreachable", "Ran out of time before contacting fal; the job will be submitted automatically.");
}

function waiting(code: JobError["code"], message: string, detail?: unknown) {
  const error: JobError = { code, message, retryable: true, detail };
  return { outcome: "not_accepted", error, retryAfterMs: 0 } as const;
}

function unknown(what: string): Submission & { outcome: "unknown" } {
  const message = `fal may have accepted this request, but ${what}. It will not be sent again automatically; fal's webhook may still settle the job.`;
  return { outcome: "unknown", isOutage: false, error: { code: "submission_unconfirmed", message, retryable: true } };
}

function retryAfterMs(post: Extract<CallOutcome, { kind: "answered" }>): number {
  const seconds = Number(post.headers["retry-after"]);
  return Number.isFinite(seconds) && seconds > 0 ? seconds * 1000 : 0;
}
