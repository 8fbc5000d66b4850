import { byDeadline, iso, sendableUntil } from "./deadlines.ts";
import type { Policy } from "./event.ts";
import { isUnconfirmed, type Job } from "./job.ts";
import { move, type Of, settle } from "./write.ts";

/** A hash that no token has. */
const NO_TOKEN = "none";

/**
 * Marks an attempt. Only a job that was never sent, or certainly refused, may be sent (rule P12), and never after a
 * cancellation (rule P14).
 */
export function startAttempt(job: Job, event: Of<"attempt_started">): Job {
  if (job.status !== "submitting" || isUnconfirmed(job) || job.cancel_requested_at !== undefined) return job;
  const number = (job.attempt?.number ?? 0) + 1;
  const attempt = { number, at: event.at, outcome: "under_way", body_digest: event.bodyDigest } as const;
  // Only the hash of a token is stored, so each attempt needs a new token for its webhook URL.
  const change = { token_hash: event.tokenHash, attempt };
  return move(job, event, "attempt_started", change, { submit_due: undefined, check_due: event.lookAt });
}

/**
 * Records fal's answer to a POST that was not accepted. If a webhook was faster, the webhook wins. If a sweep has
 * marked the attempt as unknown meanwhile, a certain answer still counts.
 */
export function recordAnswer(job: Job, event: Of<"not_accepted" | "input_refused" | "unknown">, policy: Policy): Job {
  const { attempt } = job;
  if (!isUnconfirmed(job) || attempt?.number !== event.attempt) return job;
  if (event.type === "unknown") {
    if (attempt.outcome === "unknown") return job;
    const lookAt = Math.min(event.at + policy.firstCheckMs, attempt.at + policy.submissionWindowMs);
    const change = { attempt: { ...attempt, outcome: "unknown" }, error: event.error } as const;
    return move(job, event, "unconfirmed", change, { submit_due: undefined, check_due: byDeadline(job, lookAt) });
  }
  const refused = { ...job, attempt: { ...attempt, outcome: "refused" } } as const;
  if (event.type === "input_refused") return settle(refused, event, "failed", { error: event.error }, policy);
  if (job.cancel_requested_at !== undefined) return settle(refused, event, "canceled", { error: undefined }, policy);
  const due = { submit_due: Math.min(sendableUntil(job), event.at + event.backoffMs), check_due: undefined };
  return move(refused, event, "not_accepted", { error: event.error }, due);
}

/**
 * fal has the request: its answer, its history or a webhook without a result says so. The last two make the job due
 * now.
 */
export function confirm(job: Job, event: Of<"accepted" | "confirmed" | "adopted">, policy: Policy): Job {
  const known = job.request_id;
  const outranks = job.adopted === true && event.type !== "adopted";
  if (known !== undefined && known !== event.requestId && !outranks) return job;
  const isFirst = job.status === "submitting";
  if (event.type === "adopted" && !isUnconfirmed(job)) return job;
  // Once fal confirms an adopted id, no other id outranks it.
  const isNew = known !== event.requestId || job.adopted === true;
  if (event.type === "accepted" && !isFirst && !isNew) return job;
  const lookNow = event.type !== "accepted" || job.cancel_requested_at !== undefined;
  const check_due = lookNow ? event.at : byDeadline(job, event.at + policy.firstCheckMs);
  if (!isFirst && !isNew && (job.check_due ?? Number.POSITIVE_INFINITY) <= event.at) return job;
  const change = {
    request_id: event.requestId,
    adopted: event.type === "adopted" ? true : undefined,
    ...(job.cancel_requested_at !== undefined && { fal_cancel: "due" as const }),
    ...(isFirst && ({ status: "queued", submitted_at: iso(event.at), error: undefined, looks: undefined } as const)),
    ...(isFirst && { checks_unrecorded: undefined }),
    ...(isFirst && job.attempt && { attempt: { ...job.attempt, outcome: "accepted" } as const }),
  };
  const name = event.type === "adopted" ? "adopted" : "confirmed";
  const noted = isFirst && name === "adopted" ? move(job, event, "adopted", {}) : job;
  return move(noted, event, isFirst ? "queued" : name, change, { submit_due: undefined, check_due });
}

/**
 * fal certainly never started the request: the job goes back to `submitting` and is sent again as a new attempt (rule
 * P12).
 */
export function restart(job: Job, event: Of<"start_timed_out">, policy: Policy): Job {
  if (job.status === "submitting" || job.attempt === undefined) return job;
  if (job.cancel_requested_at !== undefined) return settle(job, event, "canceled", { error: event.error }, policy);
  if (event.at >= sendableUntil(job)) return settle(job, event, "expired", { error: event.error }, policy);
  const change = {
    status: "submitting",
    attempt: { ...job.attempt, outcome: "refused" },
    // A late webhook of the abandoned request must not settle the next attempt.
    token_hash: NO_TOKEN,
    request_id: undefined,
    adopted: undefined,
    submitted_at: undefined,
    started_at: undefined,
    checks_unrecorded: undefined,
    is_large: undefined,
    overdue: undefined,
    error: event.error,
  } as const;
  const due = { submit_due: Math.min(sendableUntil(job), event.at + event.backoffMs), check_due: undefined };
  return move(job, event, "submitting", change, due);
}
