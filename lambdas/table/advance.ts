import type { JobEvent, Patience } from "../job/event.ts";
import type { Job } from "../job/job.ts";
import { WRITE_CONFLICT_MAX_TRIES } from "../job/limits.ts";
import { transition } from "../job/transition.ts";
import type { JobTable } from "./job-table.ts";

/**
 * Applies an event to a job and stores what became of it. When somebody else wrote first, the event is applied to the row as it
 * is now: of two racing writers exactly one wins each version (rule P1). Gives the job as stored; undefined when it is gone.
 */
export async function advance(
  table: JobTable,
  job: Job,
  event: JobEvent,
  patience: Patience,
  newWriteId: () => string,
): Promise<Job | undefined> {
  let current = job;
  for (let tries = 0; tries < WRITE_CONFLICT_MAX_TRIES; tries++) {
    const moved = transition(current, event, patience);
    if (moved === current) return current;
    const next = { ...moved, version: current.version + 1, write_id: newWriteId() };
    const written = await table.replace(next);
    if (written.outcome === "written") return next;
    if (written.current === undefined) return undefined;
    current = written.current;
  }
  throw new Error(`Job ${job.id} was written by others ${WRITE_CONFLICT_MAX_TRIES} times in a row.`);
}
