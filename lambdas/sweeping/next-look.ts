import type { Job } from "../job/job.ts";
import { CHECK_BACKOFF_FACTOR, CHECK_BACKOFF_MAX_MS } from "../job/limits.ts";
import type { Sweeper } from "./claim.ts";

/**
 * When to look at a job again, in epoch milliseconds: back-off from the first check's patience to five minutes, with jitter over
 * its later half, so that a crowd submitted at once does not come due at once.
 */
export function nextLookAt(service: Pick<Sweeper, "now" | "random" | "patience">, job: Job): number {
  const growth = CHECK_BACKOFF_FACTOR ** Math.min(job.looks ?? 0, 50);
  const backoffMs = Math.min(CHECK_BACKOFF_MAX_MS, service.patience.firstCheckMs * growth);
  return service.now() + Math.round(backoffMs * (0.5 + service.random() / 2));
}
