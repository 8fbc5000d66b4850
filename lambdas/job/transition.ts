import { archive, countInline } from "./archiving.ts";
import { iso } from "./deadlines.ts";
import { deliver } from "./delivering.ts";
import type { JobEvent, Policy } from "./event.ts";
import { isOpen, isUnconfirmed, type Job, type JobError, videoOf } from "./job.ts";
import { checkSettled } from "./late-result.ts";
import { confirm, recordAnswer, restart, startAttempt } from "./submitting.ts";
import { holding, onTime } from "./waiting.ts";
import { archiving, move, type Of, settle, withDue } from "./write.ts";

/**
 * The lifecycle: the job after an event. A pure function. An event that changes nothing returns the same object, so the
 * caller knows that there is nothing to write. Version and write id are set by the write.
 *
 * ```
 * submitting ──▶ queued ──▶ running ──▶ succeeded
 *      │            │           ├─────▶ failed
 *      └────────────┴───────────┴─────▶ canceled | expired
 * ```
 */
export function transition(job: Job, event: JobEvent, policy: Policy): Job {
  if (!isOpen(job)) return afterSettling(job, event, policy);
  const current = onTime(job, event.at);
  const next = whileOpen(current, event, policy);
  return next === current ? job : holding(next, event.at);
}

function whileOpen(job: Job, event: JobEvent, policy: Policy): Job {
  switch (event.type) {
    case "attempt_started":
      return startAttempt(job, event);
    case "not_accepted":
    case "input_refused":
    case "unknown":
      return recordAnswer(job, event, policy);
    case "accepted":
    case "confirmed":
    case "adopted":
      return confirm(job, event, policy);
    case "start_timed_out":
      return restart(job, event, policy);
    case "claimed":
      return withDue(
        job,
        { check_due: event.lookAt },
        { looks: (job.looks ?? 0) + 1, checks_unrecorded: (job.checks_unrecorded ?? 0) + 1 },
      );
    case "looked":
      return look(job, event);
    case "waiting":
      return wait(job, event);
    case "check_requested":
      // Not a check: the counted ones stay unrecorded (rule P27).
      return withDue(job, { check_due: event.at });
    case "start_seen":
      return job.status === "queued" ? move(job, event, "running", started(event.at)) : job;
    case "nothing_left":
    case "archive_claimed":
    case "archive_failed":
    case "archived":
    case "archive_abandoned":
    case "archive_requested":
    case "delivery_claimed":
    case "delivery_attempted":
    case "redelivery_requested":
    case "bill_read":
      return job;
    case "inline_claimed":
    case "inline_failed":
      return countInline(job, event);
    case "cancel_requested":
      return requestCancel(job, event, policy);
    case "cancel_answered":
      return answerCancel(job, event);
    case "succeeded":
      return settle(
        job,
        event,
        "succeeded",
        { result: event.result, video_key: event.videoKey, error: undefined, cost: withBilled(job, event) },
        policy,
      );
    case "failed":
      return settle(job, event, "failed", { error: event.error }, policy);
    case "canceled":
      return endCanceled(job, event, policy);
    case "window_passed":
      return isUnconfirmed(job) ? settle(job, event, "failed", { error: event.error }, policy) : job;
    case "deadline_passed":
      return passDeadline(job, event, policy);
  }
}

/**
 * A check that finds nothing new adds nothing to the timeline (rule P4). `running` never goes back to `queued` (rule
 * P19).
 */
function look(job: Job, event: Of<"looked">): Job {
  const due = { check_due: Math.min(event.lookAt, Math.max(job.deadline_at, event.at)) };
  const atFal = job.status !== "submitting";
  const recorded = {
    checks_unrecorded: undefined,
    ...(event.isLarge && ({ is_large: true } as const)),
    ...(event.isOverdue && ({ overdue: true } as const)),
  };
  if (event.error) {
    const isNew = event.error.code !== job.error?.code;
    return isNew ? move(job, event, "waiting", { ...recorded, error: event.error }, due) : withDue(job, due, recorded);
  }
  if (event.isRunning && job.status === "queued") {
    return move(job, event, "running", { ...recorded, ...started(event.at) }, due);
  }
  return withDue(job, due, { ...recorded, ...(atFal && { error: undefined }) });
}

function started(at: number) {
  return { status: "running", started_at: iso(at), error: undefined } as const;
}

/** A job that was not sent, because the service as a whole waits, says so (rules P20, P33). It stays due. */
function wait(job: Job, event: Of<"waiting">): Job {
  if (job.status !== "submitting" || isUnconfirmed(job) || event.error.code === job.error?.code) return job;
  return move(job, event, "waiting", { error: event.error });
}

/** `canceled` at once only if no attempt was marked, or every attempt was certainly refused (rule P14). */
function requestCancel(job: Job, event: Of<"cancel_requested">, policy: Policy): Job {
  const neverSent = job.status === "submitting" && !isUnconfirmed(job);
  if (neverSent) return settle(job, event, "canceled", { error: undefined }, policy);
  if (job.cancel_requested_at !== undefined) return job;
  const fal_cancel = job.request_id === undefined ? undefined : "due";
  return move(
    job,
    event,
    "cancel_requested",
    { cancel_requested_at: iso(event.at), fal_cancel },
    { check_due: event.at },
  );
}

function answerCancel(job: Job, event: Of<"cancel_answered">): Job {
  return job.fal_cancel === event.answer ? job : { ...job, fal_cancel: event.answer };
}

/**
 * Never accepted: expired. Possibly accepted: failed. Accepted: expired, and fal is asked to stop until it answers
 * (rule P14).
 */
function passDeadline(job: Job, event: Of<"deadline_passed">, policy: Policy): Job {
  const fal_cancel = job.request_id === undefined ? undefined : (job.fal_cancel ?? "due");
  const status = isUnconfirmed(job) ? "failed" : "expired";
  return settle(job, event, status, { error: event.error, fal_cancel }, policy);
}

/**
 * fal has canceled the request. If the caller did not ask for that, it is no cancellation: past the deadline the job
 * has expired, and before it something at fal went wrong (rule P34).
 */
function endCanceled(job: Job, event: Of<"canceled">, policy: Policy): Job {
  if (job.cancel_requested_at !== undefined) return settle(job, event, "canceled", { error: event.error }, policy);
  if (event.at >= job.deadline_at) return settle(job, event, "expired", { error: EXPIRED_AT_FAL }, policy);
  return settle(job, event, "failed", { error: CANCELED_BY_NOBODY }, policy);
}

const EXPIRED_AT_FAL: JobError = {
  code: "deadline_exceeded",
  message: "The job did not finish by its deadline, and fal stopped it.",
  retryable: true,
};
const CANCELED_BY_NOBODY: JobError = {
  code: "infrastructure_failed",
  message: "fal canceled the request, although this service did not ask for it.",
  retryable: true,
};

/** fal's own bill outranks what its rules say. */
function readBill(job: Job, event: Of<"bill_read">): Job {
  const { billable_units, actual_usd } = event.billed;
  if (job.cost?.actual_usd === actual_usd && job.cost.billable_units === billable_units) return job;
  const cost = { estimated_usd: actual_usd, ...job.cost, ...event.billed };
  return move(job, event, "billed", { cost });
}

function withBilled({ cost }: Job, { billed }: Of<"succeeded">): Job["cost"] {
  return cost && { ...cost, ...billed };
}

/** Terminal states never change. What arrives later is stored beside them (rule P14). */
function afterSettling(job: Job, event: JobEvent, policy: Policy): Job {
  switch (event.type) {
    case "succeeded": {
      if (videoOf(job) !== undefined) return job;
      const late = {
        late_result: event.result,
        video_key: event.videoKey,
        cost: withBilled(job, event),
        inline_unrecorded: undefined,
      };
      const due = archiving(event, { result: event.result, video_key: event.videoKey }, policy);
      return move(job, event, "late_result", { ...late, request_id: job.request_id ?? event.requestId }, due);
    }
    case "failed":
    case "canceled":
      return job.request_id === undefined && event.requestId !== undefined
        ? { ...job, request_id: event.requestId }
        : job;
    case "accepted":
    case "confirmed":
      // The job settled without a request id, so fal was never asked to stop: that is due now.
      if (job.request_id !== undefined) return job;
      return withDue(job, { check_due: event.at }, { request_id: event.requestId, fal_cancel: "due" });
    case "cancel_answered":
      return answerCancel(job, event);
    case "inline_claimed":
    case "inline_failed":
      return countInline(job, event);
    case "claimed":
    case "looked":
    case "nothing_left":
      return checkSettled(job, event);
    case "archive_claimed":
    case "archive_failed":
    case "archived":
    case "archive_abandoned":
    case "archive_requested":
      return archive(job, event);
    case "delivery_claimed":
    case "delivery_attempted":
    case "redelivery_requested":
      return deliver(job, event);
    case "bill_read":
      return readBill(job, event);
    default:
      return job;
  }
}
