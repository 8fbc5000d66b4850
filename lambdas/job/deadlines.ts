import { START_TIMEOUT_MIN_SECONDS } from "../limits.ts";
import type { Job } from "./job.ts";

/** A look is never put off beyond the deadline. */
export function byDeadline(job: Job, time: number): number {
  return Math.min(time, job.deadline_at);
}

/** By when fal must have started the job: its deadline, or sooner where the caller wants that. Epoch milliseconds. */
export function startBy({ created_at, deadline_at, fal_options }: Job): number {
  const seconds = fal_options?.start_timeout_seconds ?? Number.POSITIVE_INFINITY;
  return Math.min(deadline_at, Date.parse(created_at) + seconds * 1000);
}

/** When it is too late to send the job: fal takes no start timeout that is shorter than what is left then. Epoch milliseconds. */
export function sendableUntil(job: Job): number {
  const until = startBy(job);
  return until === job.deadline_at ? until : until - START_TIMEOUT_MIN_SECONDS * 1000;
}

/** Epoch milliseconds as ISO 8601, UTC. */
export function iso(epochMs: number): string {
  return new Date(epochMs).toISOString();
}
