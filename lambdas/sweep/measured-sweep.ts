import { type BacklogMeasurer, measureOldestDue, measureOpenJobs } from "./measure-backlog.ts";
import { sweep } from "./sweep.ts";
import type { Sweeper } from "./sweeper.ts";

/** One sweep with its metrics. Throws if the sweep does. */
export async function measuredSweep(service: Omit<Sweeper, "circuitBreaker"> & BacklogMeasurer): Promise<void> {
  // Before the sweep's own work: what it finds due is what the sweep before left.
  await measureOldestDue(service);
  try {
    await sweep(service);
  } finally {
    await measureOpenJobs(service);
  }
}
