import type { Job } from "../job/job.ts";
import { READ_PAUSE_FAR_MS, READ_PAUSE_NEAR_MS } from "../limits.ts";

/** Around the typical end, by this part of the typical duration, a job is read most often. */
const WINDOW_PART = 0.4;
/** Before this window the pause is this part of the time to it, and after it a part of the time since then. */
const PAUSE_PART = { before: 0.2, after: 0.02 } as const;

/**
 * How long to pause before an open job that somebody waits for is read again, in milliseconds: shortly near the typical
 * end, longer before it and long after it. A job that is not submitted yet cannot end soon. `typicalSeconds`: the
 * typical duration of its endpoint's jobs, if known. `now`: epoch milliseconds.
 */
export function readPauseMs(job: Pick<Job, "submitted_at">, typicalSeconds: number | undefined, now: number): number {
  if (job.submitted_at === undefined) return READ_PAUSE_FAR_MS;
  if (typicalSeconds === undefined) return READ_PAUSE_NEAR_MS;
  const typicalMs = typicalSeconds * 1000;
  const pastTypicalEndMs = now - Date.parse(job.submitted_at) - typicalMs;
  const outsideMs = Math.abs(pastTypicalEndMs) - typicalMs * WINDOW_PART;
  const part = pastTypicalEndMs < 0 ? PAUSE_PART.before : PAUSE_PART.after;
  return Math.min(Math.max(outsideMs * part, READ_PAUSE_NEAR_MS), READ_PAUSE_FAR_MS);
}
