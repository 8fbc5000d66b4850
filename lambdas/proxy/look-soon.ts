import type { FalStatus } from "../fal/ask-for-callers.ts";
import { isOpen, type Job } from "../job/job.ts";
import { SWEEP_LEASE_MS } from "../limits.ts";
import { logError } from "../log.ts";
import type { Jobs } from "../table/jobs.ts";

export interface Checker {
  readonly jobs: Jobs;
  /** Epoch milliseconds. */
  readonly now: () => number;
}

/**
 * If fal has finished a request and our row is still open, the webhook may be lost. The next sweep then checks the job,
 * instead of a later one. Writes only if the row is unchanged, so that no lease is shortened (rule P7). Never throws.
 */
export async function checkSoon(service: Checker, job: Job, falStatus: FalStatus): Promise<void> {
  const at = service.now();
  const isAhead = isOpen(job) && falStatus?.status === "COMPLETED";
  if (!isAhead || (job.check_due ?? at) <= at + SWEEP_LEASE_MS) return;
  await service.jobs
    .claim(job, "sweep", { type: "check_requested" })
    .catch((error: unknown) => logError("an earlier check at fal could not be scheduled", error, { job_id: job.id }));
}
