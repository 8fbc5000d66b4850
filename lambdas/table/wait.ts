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
 * Waits until the job has settled or the time is up: after `waitSeconds` at most, and early enough to respond (rule
 * A5). Undefined if the job was deleted meanwhile. A failed read does not end the wait: the last known state is the
 * answer.
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
