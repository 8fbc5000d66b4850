import type { Job } from "../job/job.ts";
import { CHECK_BACKOFF_FACTOR, CHECK_BACKOFF_LARGE_RESULT_MAX_MS, CHECK_BACKOFF_MAX_MS } from "../limits.ts";
import type { Checker } from "./sweeper.ts";

/**
 * When to look at a job again, in epoch milliseconds: back-off from the first check's delay up to five minutes. The
 * second half is jittered, so that jobs submitted together are not all due together.
 */
export function nextLookAt(service: Pick<Checker, "now" | "random" | "policy">, job: Job): number {
  const growth = CHECK_BACKOFF_FACTOR ** Math.min(job.looks ?? 0, 50);
  const ceilingMs = job.input.sync_mode === true ? CHECK_BACKOFF_LARGE_RESULT_MAX_MS : CHECK_BACKOFF_MAX_MS;
  const backoffMs = Math.min(ceilingMs, service.policy.firstCheckMs * growth);
  return service.now() + Math.round(backoffMs * (0.5 + service.random() / 2));
}
