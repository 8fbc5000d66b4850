import { HELD_MAX_MS } from "../limits.ts";
import { isOpen, type Job, type JobError, type JobErrorCode } from "./job.ts";

/** What an open job waits for (rules P20, P33). */
export const WAITS = ["paused", "account_locked", "balance", "fal_key", "endpoint", "fal"] as const;
export type Wait = (typeof WAITS)[number];

/** The waits that hold the service as a whole, and not one job. */
const HOLDS = {
  service_paused: "paused",
  fal_account_locked: "account_locked",
  fal_balance_exhausted: "balance",
  fal_key_refused: "fal_key",
  fal_key_missing: "fal_key",
} as const satisfies Partial<Record<JobErrorCode, Wait>>;

const WAIT_OF: Partial<Record<JobErrorCode, Wait>> = {
  ...HOLDS,
  endpoint_unknown: "endpoint",
  fal_busy: "fal",
  fal_unreachable: "fal",
};

/** What an open job waits for; undefined if it takes its course. */
export function waitOf(job: Pick<Job, "status" | "error">): Wait | undefined {
  return isOpen(job) && job.error ? WAIT_OF[job.error.code] : undefined;
}

/** Whether an error holds the service as a whole (rule P33). */
export function isHold(error: JobError | undefined): boolean {
  return error !== undefined && error.code in HOLDS;
}

/**
 * The job as it is at a time (epoch milliseconds): while the service as a whole waits, the clock of a job without a
 * deadline of its own stands still, for 24 hours at most (rule P33).
 */
export function onTime<J extends Job>(job: J, at: number): J {
  if (job.held_since === undefined) return job;
  const held_ms = job.held_ms ?? 0;
  const moreMs = Math.max(0, Math.min(at - job.held_since, HELD_MAX_MS - held_ms));
  return { ...job, deadline_at: job.deadline_at + moreMs, held_ms: held_ms + moreMs, held_since: at };
}

/** The job with its clock standing still from a time on, or going on, as its error says. */
export function holding<J extends Omit<Job, "write_id">>(job: J, at: number): J {
  const held_since = job.default_deadline && isOpen(job) && isHold(job.error) ? at : undefined;
  return job.held_since === held_since ? job : { ...job, held_since };
}
