import type { JobEvent, Policy } from "../job/event.ts";
import type { Job } from "../job/job.ts";
import { transition } from "../job/transition.ts";
import { WRITE_CONFLICT_MAX_TRIES } from "../limits.ts";
import type { JobTable } from "./job-table.ts";

/** Applies an event to a job as it was read, and to nothing else: undefined when somebody else wrote first, or nothing changes (rules P1, P7). */
export async function claim(
  table: JobTable,
  job: Job,
  event: JobEvent,
  policy: Policy,
  newWriteId: () => string,
): Promise<Job | undefined> {
  const moved = transition(job, event, policy);
  if (moved === job) return undefined;
  const next = { ...moved, version: job.version + 1, write_id: newWriteId() };
  const written = await table.replace(next);
  return written.outcome === "written" ? next : undefined;
}

/**
 * Applies an event to a job and stores what became of it. When somebody else wrote first, the event is applied to the row as it
 * is now: of two racing writers exactly one wins each version (rule P1). Gives the job as stored; undefined when it is gone.
 */
export async function advance(
  table: JobTable,
  job: Job,
  event: JobEvent,
  policy: Policy,
  newWriteId: () => string,
): Promise<Job | undefined> {
  let current = job;
  for (let tries = 0; tries < WRITE_CONFLICT_MAX_TRIES; tries++) {
    const moved = transition(current, event, policy);
    if (moved === current) return current;
    const next = { ...moved, version: current.version + 1, write_id: newWriteId() };
    const written = await table.replace(next);
    if (written.outcome === "written") return next;
    if (written.current === undefined) return undefined;
    current = written.current;
  }
  throw new Error(`Job ${job.id} changed ${WRITE_CONFLICT_MAX_TRIES} times in a row while it was being updated.`);
}
