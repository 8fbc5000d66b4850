import { isOpen, type Job } from "../job/job.ts";
import { WAIT_POLL_MS, WAIT_RESERVE_MS } from "../limits.ts";
import { logError } from "../log.ts";
import type { JobTable } from "./job-table.ts";

export interface Waiter {
  readonly table: Pick<JobTable, "read">;
  /** Epoch milliseconds. */
  readonly now: () => number;
  readonly pause: (ms: number) => Promise<void>;
}

/**
 * The job as soon as it has settled, or as it is when the time is up: after so many seconds, and early enough to answer (rule A5).
 * Undefined when it was deleted meanwhile. A read that fails ends no wait: what is known already is answer enough.
 */
export async function settledWithin(
  service: Waiter,
  job: Job,
  waitSeconds: number,
  answerBy: number,
): Promise<Job | undefined> {
  const until = Math.min(service.now() + waitSeconds * 1000, answerBy - WAIT_RESERVE_MS);
  let current: Job | undefined = job;
  while (current !== undefined && isOpen(current) && service.now() + WAIT_POLL_MS <= until) {
    await service.pause(WAIT_POLL_MS);
    current = await service.table.read(job.id).catch((error: unknown) => unread(error, current));
  }
  return current;
}

function unread(error: unknown, known: Job | undefined): Job | undefined {
  logError("a job could not be read while a caller waits for it", error, { job_id: known?.id });
  return known;
}
