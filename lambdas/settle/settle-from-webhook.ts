import { isInline } from "../archive/store-inline-video.ts";
import type { Outcome } from "../fal/outcome.ts";
import type { Delivery } from "../fal/webhook.ts";
import { Problem } from "../http/problem.ts";
import { type Job, videoOf } from "../job/job.ts";
import { countMetric } from "../metrics.ts";
import type { Written } from "../table/job-table.ts";
import type { Jobs } from "../table/jobs.ts";
import { type OutcomeRecorder, recordOutcome } from "./record-outcome.ts";
import { writeOrMinimal } from "./write-minimal.ts";

export interface Settler extends OutcomeRecorder {
  readonly falEndpointUrl: string | undefined;
}

/**
 * Settles the job that an authentic delivery is about. Returns true if the outcome is recorded, now or before. Returns
 * false if there is no such job, or if the token or request id belongs to another job. Throws `table_unavailable` if
 * our table fails, so that fal delivers again.
 */
export async function settleDelivery(service: Settler, id: string, hash: string, delivery: Delivery): Promise<boolean> {
  const { outcome, requestId } = delivery;
  try {
    // An inline video is stored only after the delivery is matched to its job. What a cancellation means depends on the
    // row (rule P34).
    const isPlain = outcome !== undefined && outcome.status !== "canceled" && !isInline(outcome);
    const written = isPlain ? await settleBlindly(service, id, hash, requestId, outcome) : undefined;
    if (written?.outcome === "written") return true;
    const job = written === undefined ? await service.table.read(id) : written.current;
    if (!job || !isBoundTo(job, hash, requestId)) return false;
    if (outcome === undefined) await recordConfirmation(service, job, requestId);
    else if (!isInline(outcome) || videoOf(job) === undefined)
      await recordOutcome(service, job, outcome, requestId, "webhook");
    return true;
  } catch (cause) {
    if (cause instanceof Problem) throw cause;
    throw new Problem("table_unavailable", "The delivery could not be recorded. Send it again.", { cause });
  }
}

/** An outcome whose meaning does not depend on the row. */
type PlainOutcome = Exclude<Outcome, { readonly status: "canceled" }>;

/** The happy path: one write, no read (rule P1). If the condition fails, the row has changed. */
function settleBlindly(
  service: Settler,
  id: string,
  hash: string,
  requestId: string,
  outcome: PlainOutcome,
): Promise<Written> {
  return writeOrMinimal(outcome, id, (storable) => service.jobs.settle(toSettle(id, hash, requestId, storable)));
}

/** The request has ended, and its outcome must be fetched from fal (rule P5). */
async function recordConfirmation(service: Settler, job: Job, requestId: string): Promise<void> {
  await service.jobs.advance(job, "webhook", { type: "confirmed", requestId });
}

function isBoundTo(job: Job, hash: string, requestId: string): boolean {
  if (job.token_hash !== hash) return false;
  if (job.request_id === undefined || job.request_id === requestId || job.adopted) return true;
  // The token matches the job. After a second POST, fal may run two requests for the job, which must never happen (rule
  // P15).
  if ((job.attempt?.number ?? 0) > 1) countMetric("DoubleRender", { job_id: job.id });
  return false;
}

function toSettle(
  id: string,
  tokenHash: string,
  requestId: string,
  outcome: PlainOutcome,
): Parameters<Jobs["settle"]>[0] {
  const { status } = outcome;
  const fields = outcome.status === "succeeded" ? { result: outcome.result } : { error: outcome.error };
  return { id, tokenHash, requestId, status, ...fields };
}
