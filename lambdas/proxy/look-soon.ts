import { isOpen, type Job } from "../job/job.ts";
import { SWEEP_LEASE_MS } from "../limits.ts";
import { logError } from "../log.ts";
import type { Jobs } from "../table/jobs.ts";
import type { FalStatus } from "./status.ts";

export interface Checker {
  readonly jobs: Jobs;
  /** Epoch milliseconds. */
  readonly now: () => number;
}

/**
 * Where fal has finished what our row does not know yet, its webhook may be lost: the next sweep looks, and not the one that was planned for later. Written
 * over the row as it was read or not at all, so that nobody's lease is cut short (rule P7). Never throws.
 */
export async function checkSoon(service: Checker, job: Job, falStatus: FalStatus): Promise<void> {
  const at = service.now();
  const isAhead = isOpen(job) && falStatus?.status === "COMPLETED";
  if (!isAhead || (job.check_due ?? at) <= at + SWEEP_LEASE_MS) return;
  await service.jobs
    .claim(job, "sweep", { type: "looked", lookAt: at })
    .catch((error: unknown) => logError("an earlier check at fal could not be scheduled", error, { job_id: job.id }));
}
