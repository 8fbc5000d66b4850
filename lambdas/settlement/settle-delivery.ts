import type { Delivery } from "../fal/delivery.ts";
import type { Outcome } from "../fal/outcome.ts";
import { Problem } from "../http/problem.ts";
import type { JobEvent, Patience } from "../job/event.ts";
import type { Job } from "../job/job.ts";
import { countMetric } from "../log/log.ts";
import { advance } from "../table/advance.ts";
import type { BlindSettle } from "../table/blind-settle.ts";
import type { JobTable } from "../table/job-table.ts";
import { writeWithLess } from "./with-less.ts";

export interface Settler {
  readonly table: JobTable;
  readonly patience: Patience;
  readonly falEndpointUrl: string | undefined;
  /** Puts a video that came inline where it can be named by URL; anything else comes back as it is. Throws when that fails. */
  readonly holdVideo: (outcome: Outcome, jobId: string) => Promise<Outcome>;
  /** Epoch milliseconds. */
  readonly now: () => number;
  readonly newWriteId: () => string;
}

/**
 * Settles the job that an authentic delivery is about. True: recorded, now or before. False: no such job, or token or request id
 * are another's. Throws `table_unavailable` for our own trouble, so that fal delivers again.
 */
export async function settleDelivery(service: Settler, id: string, hash: string, delivery: Delivery): Promise<boolean> {
  try {
    if (!delivery.outcome) return await takeNotice(service, id, hash, { type: "confirmed" }, delivery);
    const outcome = await service.holdVideo(delivery.outcome, id);
    return await writeWithLess(outcome, id, async (storable) => {
      const written = await service.table.settle(toSettle(service, id, hash, delivery.requestId, storable));
      return written.outcome === "written" || takeNotice(service, id, hash, outcomeEvent(storable), delivery);
    });
  } catch (cause) {
    if (cause instanceof Problem) throw cause;
    throw new Problem("table_unavailable", "The delivery could not be recorded.", { cause });
  }
}

type Notice = { readonly type: "confirmed" } | ReturnType<typeof outcomeEvent>;

/** The path off the happy one: reads the row, checks that the delivery is its own, and lets the lifecycle say what changes. */
async function takeNotice(
  service: Settler,
  id: string,
  hash: string,
  notice: Notice,
  delivery: Delivery,
): Promise<boolean> {
  const job = await service.table.read(id);
  if (!job || !isBoundTo(job, hash, delivery.requestId)) return false;
  const event: JobEvent = { at: service.now(), by: "webhook", requestId: delivery.requestId, ...notice };
  await advance(service.table, job, event, service.patience, service.newWriteId);
  return true;
}

function isBoundTo(job: Job, hash: string, requestId: string): boolean {
  if (job.token_hash !== hash) return false;
  if (job.request_id === undefined || job.request_id === requestId || job.adopted) return true;
  // The token was the job's: after a second POST fal may be running two requests for it, which must never happen (rule P15).
  if ((job.attempt?.number ?? 0) > 1) countMetric("DoubleRender", { job_id: job.id });
  return false;
}

function toSettle(service: Settler, id: string, hash: string, requestId: string, outcome: Outcome): BlindSettle {
  const { status } = outcome;
  return {
    id,
    write_id: service.newWriteId(),
    tokenHash: hash,
    requestId,
    at: service.now(),
    status,
    patience: service.patience,
    ...(outcome.status === "succeeded" ? { result: outcome.result } : { error: outcome.error }),
  };
}

/** A request's outcome, as the lifecycle takes it. */
export function outcomeEvent(outcome: Outcome) {
  return outcome.status === "succeeded"
    ? ({ type: "succeeded", result: outcome.result } as const)
    : ({ type: outcome.status, error: outcome.error } as const);
}
