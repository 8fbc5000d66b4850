import { earliestDue } from "./due.ts";
import type { JobEvent, Patience } from "./event.ts";
import { type DueFacts, isOpen, isUnconfirmed, type Job, type TerminalStatus, type TimelineEvent } from "./job.ts";
import { SETTLED_LOOK_MS } from "./limits.ts";
import { appendToTimeline } from "./timeline.ts";

/**
 * The lifecycle: what a job becomes when something happens to it. Pure. An event that changes nothing gives back the very
 * same object, so that the caller can tell that there is nothing to write. Version and write id belong to the write, not to this.
 *
 * ```
 * submitting ──▶ queued ──▶ running ──▶ succeeded
 *      │            │           ├─────▶ failed
 *      └────────────┴───────────┴─────▶ canceled | expired
 * ```
 */
export function transition(job: Job, event: JobEvent, patience: Patience): Job {
  if (!isOpen(job)) return afterSettling(job, event);
  switch (event.type) {
    case "attempt_started":
      return startAttempt(job, event);
    case "not_accepted":
    case "input_refused":
    case "unknown":
      return recordAnswer(job, event, patience);
    case "accepted":
    case "confirmed":
      return confirm(job, event, patience);
    case "running":
      return job.status === "queued"
        ? moved(job, event, "running", { status: "running", started_at: iso(event.at) })
        : job;
    case "cancel_requested":
      return requestCancel(job, event, patience);
    case "succeeded":
      return settle(job, event, "succeeded", { result: event.result, error: undefined }, patience);
    case "failed":
    case "canceled":
      return settle(job, event, event.type, { error: event.error }, patience);
    case "window_passed":
      return isUnconfirmed(job) ? settle(job, event, "failed", { error: event.error }, patience) : job;
    case "deadline_passed":
      return settle(job, event, isUnconfirmed(job) ? "failed" : "expired", { error: event.error }, patience);
  }
}

type Of<T extends JobEvent["type"]> = Extract<JobEvent, { type: T }>;

/** Only what was never sent, or was certainly refused, may be sent (rule P12), and never after a cancellation (rule P14). */
function startAttempt(job: Job, event: Of<"attempt_started">): Job {
  if (!maySend(job) || job.cancel_requested_at !== undefined) return job;
  return moved(
    job,
    event,
    "attempt_started",
    {
      // Only a token's hash is kept, so each attempt brings a token of its own for its webhook URL.
      token_hash: event.tokenHash,
      attempt: {
        number: (job.attempt?.number ?? 0) + 1,
        at: event.at,
        outcome: "under_way",
        body_digest: event.bodyDigest,
      },
    },
    { submit_due: undefined, check_due: event.lookAt },
  );
}

function maySend(job: Job): boolean {
  return job.status === "submitting" && (job.attempt === undefined || job.attempt.outcome === "refused");
}

/** fal's answer to a POST, when it is not an acceptance. A webhook may have been faster: then it knows better. */
function recordAnswer(job: Job, event: Of<"not_accepted" | "input_refused" | "unknown">, patience: Patience): Job {
  const { attempt } = job;
  if (job.status !== "submitting" || attempt?.outcome !== "under_way") return job;
  if (event.type === "unknown") {
    const lookAt = Math.min(event.at + patience.firstCheckMs, attempt.at + patience.submissionWindowMs);
    const change = { attempt: { ...attempt, outcome: "unknown" }, error: event.error } as const;
    return moved(job, event, "unconfirmed", change, { submit_due: undefined, check_due: byDeadline(job, lookAt) });
  }
  const refused = { ...job, attempt: { ...attempt, outcome: "refused" } } as const;
  if (event.type === "input_refused") return settle(refused, event, "failed", { error: event.error }, patience);
  if (job.cancel_requested_at !== undefined) return settle(refused, event, "canceled", { error: undefined }, patience);
  const due = { submit_due: byDeadline(job, event.at + event.backoffMs), check_due: undefined };
  return moved(refused, event, "not_accepted", { error: event.error }, due);
}

/** fal has the request: its own answer says so, or a webhook that carried no result and so asks for a look at once (rule P5). */
function confirm(job: Job, event: Of<"accepted" | "confirmed">, patience: Patience): Job {
  if (job.request_id !== undefined && job.request_id !== event.requestId) return job;
  const lookNow = event.type === "confirmed" || job.cancel_requested_at !== undefined;
  const check_due = lookNow ? event.at : byDeadline(job, event.at + patience.firstCheckMs);
  if (job.status !== "submitting") {
    if (event.type === "accepted" || (job.check_due ?? Infinity) <= event.at) return job;
    return moved(job, event, "confirmed", {}, { check_due });
  }
  const change = {
    status: "queued",
    request_id: event.requestId,
    submitted_at: iso(event.at),
    error: undefined,
    ...(job.attempt && { attempt: { ...job.attempt, outcome: "accepted" } as const }),
  } as const;
  return moved(job, event, "queued", change, { submit_due: undefined, check_due });
}

/** `canceled` at once only where no attempt was marked or every one was certainly refused (rule P14). */
function requestCancel(job: Job, event: Of<"cancel_requested">, patience: Patience): Job {
  if (maySend(job)) return settle(job, event, "canceled", { error: undefined }, patience);
  if (job.cancel_requested_at !== undefined) return job;
  return moved(job, event, "cancel_requested", { cancel_requested_at: iso(event.at) }, { check_due: event.at });
}

/** Terminal states never change; what is still learned is kept beside them (rule P14, late results). */
function afterSettling(job: Job, event: JobEvent): Job {
  if (event.type === "succeeded" && job.status !== "succeeded" && job.late_result === undefined) {
    return moved(job, event, "late_result", {
      late_result: event.result,
      request_id: job.request_id ?? event.requestId,
    });
  }
  if ((event.type === "accepted" || event.type === "confirmed") && job.request_id === undefined) {
    // Settled without a request id, so fal was never asked to stop: that is due now.
    return withDue({ ...job, request_id: event.requestId }, { check_due: event.at });
  }
  return job;
}

function settle(job: Job, event: JobEvent, status: TerminalStatus, outcome: Partial<Job>, patience: Patience): Job {
  const requestId = "requestId" in event ? event.requestId : undefined;
  return moved(
    job,
    event,
    status,
    { ...outcome, request_id: job.request_id ?? requestId, ...settlement(event.at, event.by, status, patience) },
    { submit_due: undefined, check_due: event.at + SETTLED_LOOK_MS },
  );
}

/** What every settlement writes, whoever settles: shared with the webhook's blind write. */
export function settlement(at: number, by: Job["settled_by"], status: TerminalStatus, patience: Patience) {
  return {
    status,
    settled_at: iso(at),
    settled_by: by,
    expires_at: Math.ceil((at + patience.retentionMs) / 1000),
  } as const satisfies Partial<Job>;
}

function moved(job: Job, event: JobEvent, name: TimelineEvent, change: Partial<Job>, due: DueFacts = {}): Job {
  const timeline = appendToTimeline(job.timeline, { at: iso(event.at), event: name, by: event.by });
  return withDue({ ...job, ...change, timeline }, due);
}

function withDue(job: Job, due: DueFacts): Job {
  const next = { ...job, ...due };
  return { ...next, due_at: earliestDue(next) };
}

function byDeadline(job: Job, time: number): number {
  return Math.min(time, job.deadline_at);
}

/** Epoch milliseconds as ISO 8601, UTC. */
export function iso(epochMs: number): string {
  return new Date(epochMs).toISOString();
}
