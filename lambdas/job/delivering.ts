import { DELIVERIES_MAX_ENTRIES } from "../limits.ts";
import type { Delivery, Job } from "./job.ts";
import { type Of, withDue } from "./write.ts";

type DeliveryStep = Of<"delivery_claimed" | "delivery_told" | "redelivery_requested">;

/** Telling how a settled job ended. Whatever becomes of it, the job's state stays what it is. */
export function deliver(job: Job, event: DeliveryStep): Job {
  switch (event.type) {
    case "delivery_claimed":
      return job.deliver_due === undefined
        ? job
        : withDue(job, { deliver_due: event.lookAt }, { delivery: begun(job, event) });
    case "delivery_told":
      return job.deliver_due === undefined || job.delivery === undefined ? job : tell(job, job.delivery, event);
    case "redelivery_requested":
      return job.callback_url === undefined ? job : redeliver(job, event);
  }
}

function begun({ delivery }: Job, { body, callbackBody, lookAt }: Of<"delivery_claimed">): Delivery {
  return {
    ...(delivery ?? { body, callback_body: callbackBody }),
    attempts: (delivery?.attempts ?? 0) + 1,
    leased_until: lookAt,
  };
}

/**
 * With everything told nothing is left to do, unless fal has still to be told to stop. What a round before the present one came to is noted,
 * and makes way for the present one.
 */
function tell(job: Job, delivery: Delivery, event: Of<"delivery_told">): Job {
  const { entry, isPublished, ended, retryAt } = event;
  // Written already: the answer was lost, and somebody else has written since (rule P2).
  if (entry && job.deliveries?.some(({ at, attempt }) => at === entry.at && attempt === entry.attempt)) return job;
  const isPast = event.lease !== delivery.leased_until;
  if (isPast && entry === undefined) return job;
  const deliveries = entry ? [...(job.deliveries ?? []), entry].slice(-DELIVERIES_MAX_ENTRIES) : job.deliveries;
  if (isPast) return { ...job, deliveries };
  const told = { ...delivery, is_published: isPublished, leased_until: undefined };
  if (event.round !== delivery.round) return withDue(job, { deliver_due: event.at }, { deliveries, delivery: told });
  const isOver = retryAt === undefined && job.archive_due === undefined && job.fal_cancel !== "due";
  const due = { deliver_due: retryAt, ...(isOver && { check_due: undefined }) };
  return withDue(job, due, { deliveries, delivery: { ...told, ended } });
}

/** The same event once more, from the first attempt on, as soon as nobody is at it any more; what was not sent yet comes by itself. */
function redeliver(job: Job, { at }: Of<"redelivery_requested">): Job {
  const { delivery } = job;
  if (delivery === undefined) return job;
  const again = { ...delivery, attempts: 0, round: (delivery.round ?? 0) + 1, ended: undefined };
  return withDue(job, { deliver_due: Math.max(at, delivery.leased_until ?? at) }, { delivery: again });
}
