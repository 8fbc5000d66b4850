import { HAND_OVER_GRACE_MS, LAST_LOOK_GRACE_MS, START_TIMEOUT_MIN_SECONDS } from "../limits.ts";
import type { Job } from "./job.ts";

/** The time, but never later than the job's deadline. */
export function byDeadline(job: Job, time: number): number {
  return Math.min(time, job.deadline_at);
}

/** When fal must have started the job: its deadline, or the caller's earlier start timeout. Epoch milliseconds. */
export function startBy({ created_at, deadline_at, fal_options }: Job): number {
  const seconds = fal_options?.start_timeout_seconds ?? Number.POSITIVE_INFINITY;
  return Math.min(deadline_at, Date.parse(created_at) + seconds * 1000);
}

/**
 * The last moment to send the job. Later, the remaining start timeout would be shorter than fal accepts. Epoch
 * milliseconds.
 */
export function sendableUntil(job: Job): number {
  const until = startBy(job);
  return until === job.deadline_at ? until : until - START_TIMEOUT_MIN_SECONDS * 1000;
}

/** The last moment at which a result that the sweep does not read itself may still be handed over. Epoch milliseconds. */
export function handedOverUntil({ deadline_at }: Job): number {
  return deadline_at + LAST_LOOK_GRACE_MS + HAND_OVER_GRACE_MS;
}

/** Epoch milliseconds as ISO 8601, UTC. */
export function iso(epochMs: number): string {
  return new Date(epochMs).toISOString();
}
