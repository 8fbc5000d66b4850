import { isInline } from "../archive/store-inline-video.ts";
import type { Outcome } from "../fal/outcome.ts";
import type { Delivery } from "../fal/webhook.ts";
import { Problem } from "../http/problem.ts";
import { type Job, videoOf } from "../job/job.ts";
import { countMetric } from "../log.ts";
import { advance } from "../table/advance.ts";
import type { BlindSettle } from "../table/blind-settle.ts";
import { type OutcomeRecorder, recordOutcome } from "./record-outcome.ts";
import { writeWithLess } from "./write-minimal.ts";

export interface Settler extends OutcomeRecorder {
  readonly falEndpointUrl: string | undefined;
}

/**
 * Settles the job that an authentic delivery is about. True: recorded, now or before. False: no such job, or token or request id
 * are another's. Throws `table_unavailable` for our own trouble, so that fal delivers again.
 */
export async function settleDelivery(service: Settler, id: string, hash: string, delivery: Delivery): Promise<boolean> {
  const { outcome, requestId } = delivery;
  try {
    // A video that came inline is put away only for a job that the delivery is bound to.
    if (outcome !== undefined && !isInline(outcome) && (await settleBlindly(service, id, hash, requestId, outcome)))
      return true;
    const job = await service.table.read(id);
    if (!job || !isBoundTo(job, hash, requestId)) return false;
    if (outcome === undefined) await takeNotice(service, job, requestId);
    else if (!isInline(outcome) || videoOf(job) === undefined)
      await recordOutcome(service, job, outcome, requestId, "webhook");
    return true;
  } catch (cause) {
    if (cause instanceof Problem) throw cause;
    throw new Problem("table_unavailable", "The delivery could not be recorded. Send it again.", { cause });
  }
}

/** The happy path: one write, no read (rule P1). False: the row is not as the write expects it. */
function settleBlindly(
  service: Settler,
  id: string,
  hash: string,
  requestId: string,
  outcome: Outcome,
): Promise<boolean> {
  return writeWithLess(outcome, id, async (storable) => {
    const written = await service.table.settle(toSettle(service, id, hash, requestId, storable));
    return written.outcome === "written";
  });
}

/** The request is done, and the truth about it has to be fetched (rule P5). */
async function takeNotice(service: Settler, job: Job, requestId: string): Promise<void> {
  const event = { at: service.now(), by: "webhook", type: "confirmed", requestId } as const;
  await advance(service.table, job, event, service.policy, service.newWriteId);
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
    policy: service.policy,
    ...(outcome.status === "succeeded" ? { result: outcome.result } : { error: outcome.error }),
  };
}
