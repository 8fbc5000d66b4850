import { CALLBACK_DELAYS_MS, DELIVERIES_MAX_ENTRIES, REDELIVERY_INTERVAL_MS } from "../limits.ts";
import type { Delivery, Job } from "./job.ts";
import { isCheckLeft } from "./late-result.ts";
import { type Of, withDue } from "./write.ts";

type DeliveryStep = Of<"delivery_claimed" | "delivery_attempted" | "redelivery_requested">;

/** Delivers a settled job's final event. The outcome never changes the job's status. */
export function deliver(job: Job, event: DeliveryStep): Job {
  switch (event.type) {
    case "delivery_claimed":
      return job.deliver_due === undefined
        ? job
        : withDue(job, { deliver_due: event.lookAt }, { delivery: claimed(job, event) });
    case "delivery_attempted":
      return job.deliver_due === undefined || job.delivery === undefined ? job : record(job, job.delivery, event);
    case "redelivery_requested":
      return redeliver(job, event);
  }
}

function claimed({ delivery }: Job, { body, callbackBody, lookAt }: Of<"delivery_claimed">): Delivery {
  return {
    ...(delivery ?? { body, callback_body: callbackBody }),
    attempts: (delivery?.attempts ?? 0) + 1,
    is_requested: undefined,
    leased_until: lookAt,
  };
}

/**
 * Records an attempt. When everything is delivered, nothing is left to do unless fal must still be asked to stop. The
 * result of an earlier round is logged, and the current round goes on.
 */
function record(job: Job, delivery: Delivery, event: Of<"delivery_attempted">): Job {
  const { entry, isPublished, ended, retryAt } = event;
  // Already recorded: the reply to that write was lost, and another write came since (rule P2).
  if (entry && job.deliveries?.some(({ at, attempt }) => at === entry.at && attempt === entry.attempt)) return job;
  const isPast = event.lease !== delivery.leased_until;
  if (isPast && entry === undefined) return job;
  const deliveries = entry ? [...(job.deliveries ?? []), entry].slice(-DELIVERIES_MAX_ENTRIES) : job.deliveries;
  if (isPast) return { ...job, deliveries };
  const recorded = { ...delivery, is_published: isPublished, leased_until: undefined };
  if (event.round !== delivery.round)
    return withDue(job, { deliver_due: event.at }, { deliveries, delivery: recorded });
  const isOver = retryAt === undefined && job.archive_due === undefined && !isCheckLeft(job, event.at);
  const due = { deliver_due: retryAt, ...(isOver && { check_due: undefined }) };
  return withDue(job, due, { deliveries, delivery: { ...recorded, ended } });
}

/**
 * Sends the same event again once the current lease has ended. The attempts start from the first, unless more of them
 * follow automatically: then the next one is made now, and the count goes on (rule P30). The table's stream finds such
 * an attempt by `is_requested`. If the last attempt recorded nothing, only the sweep makes the next one (rule P27). An
 * event not yet sent is unaffected.
 */
function redeliver(job: Job, { at, key }: Of<"redelivery_requested">): Job {
  const { delivery } = job;
  if (delivery === undefined || at < nextRedeliveryAt(job)) return job;
  // Without a callback, only an event that never reached the bus is left to send.
  if (job.callback_url === undefined && delivery.is_published !== false) return job;
  if (key !== undefined && key === delivery.requested_by) return job;
  const attempts = isUnderWay(job) ? delivery.attempts : 0;
  const isRecorded = (delivery.leased_until ?? Number.POSITIVE_INFINITY) > at;
  const again = {
    ...delivery,
    attempts,
    round: (delivery.round ?? 0) + 1,
    ended: undefined,
    redelivered_at: at,
    requested_by: key ?? delivery.requested_by,
    is_requested: isRecorded ? (true as const) : undefined,
  };
  return withDue(job, { deliver_due: Math.max(at, delivery.leased_until ?? at) }, { delivery: again });
}

/** The earliest time of the next redelivery, epoch milliseconds (rule P30). */
export function nextRedeliveryAt({ delivery }: Job): number {
  return delivery?.redelivered_at === undefined ? 0 : delivery.redelivered_at + REDELIVERY_INTERVAL_MS;
}

/** Whether more attempts of the current round follow by themselves. */
function isUnderWay({ delivery, deliver_due }: Job): boolean {
  const attempts = delivery?.attempts ?? 0;
  return deliver_due !== undefined && delivery?.ended === undefined && attempts <= CALLBACK_DELAYS_MS.length;
}
