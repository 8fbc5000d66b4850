import type { Job } from "../job/job.ts";
import { CALLBACK_SLOW_MS, CALLBACKS_PER_WORKER } from "../limits.ts";
import { type HandedOverWorker, handedOverWorker } from "../table/handed-over.ts";
import { type Deliverer, deliverJob } from "./deliver-job.ts";

interface Worker extends Deliverer, HandedOverWorker {}

/**
 * Delivers the final events of jobs that were handed over. After one callback to a receiver was too slow, this
 * invocation sends it no more (rule P8).
 */
export function deliverHandedOver(service: Worker) {
  const work = () => {
    const slowHosts = new Set<string>();
    return async (job: Job) => {
      const host = job.callback_url === undefined ? undefined : new URL(job.callback_url).host;
      if (!isReady(job, service.now()) || (host !== undefined && slowHosts.has(host))) return true;
      const startedAt = service.now();
      const isDone = await deliverJob(service, job);
      if (host !== undefined && service.now() - startedAt >= CALLBACK_SLOW_MS) slowHosts.add(host);
      return isDone;
    };
  };
  return handedOverWorker(service, { kind: "deliveries", atOnce: CALLBACKS_PER_WORKER, work, isFirst });
}

/**
 * A retry waits for its time. The first attempt waits for an earlier round's end and, unless the caller wants it before,
 * for the video's copy (rule P21).
 */
function isReady(job: Job, now: number): boolean {
  const { deliver_due, archive_due, callback_when, delivery } = job;
  if (deliver_due === undefined) return false;
  const isLeased = (delivery?.leased_until ?? 0) > now;
  const isBeingCopied = archive_due !== undefined && delivery === undefined;
  const isWaiting = isLeased || (isBeingCopied && callback_when !== "settled");
  return deliver_due <= now || (isFirst(job) && !isWaiting);
}

/** No attempt of this round, or none since the caller asked for one, and none under way (rule P27). */
function isFirst({ delivery }: Job): boolean {
  const isRequested = delivery?.is_requested === true && delivery.leased_until === undefined;
  return (delivery?.attempts ?? 0) === 0 || isRequested;
}
