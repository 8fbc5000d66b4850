import type { FalStatus } from "../fal/ask-for-callers.ts";
import type { UnstampedEvent } from "../job/event.ts";
import { isOpen, type Job } from "../job/job.ts";
import { SWEEP_LEASE_MS } from "../limits.ts";
import { logError } from "../log.ts";
import type { Jobs } from "../table/jobs.ts";

export interface Learner {
  readonly jobs: Pick<Jobs, "claim">;
  /** Epoch milliseconds. */
  readonly now: () => number;
}

/**
 * Records what a caller's question to fal has shown about an open job, so that every reader sees it at once: that fal
 * has started the request; or that fal has finished it, so the webhook may be lost and the next sweep checks the job
 * now. Writes only if the row is unchanged, so that no lease is shortened (rule P7). Never throws.
 */
export async function learnFromStatus(service: Learner, job: Job, falStatus: FalStatus): Promise<void> {
  const event = learned(job, falStatus, service.now());
  if (event === undefined) return;
  await service.jobs
    .claim(job, "read", event)
    .catch((error: unknown) => logError("what a reader learned from fal was not recorded", error, { job_id: job.id }));
}

function learned(job: Job, falStatus: FalStatus, now: number): UnstampedEvent | undefined {
  if (!isOpen(job)) return undefined;
  if (falStatus?.status === "IN_PROGRESS") return job.status === "queued" ? { type: "start_seen" } : undefined;
  const isAhead = falStatus?.status === "COMPLETED" && (job.check_due ?? now) > now + SWEEP_LEASE_MS;
  return isAhead ? { type: "check_requested" } : undefined;
}
