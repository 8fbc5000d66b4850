import { isOpen, type Job, type JobErrorCode, videoOf } from "./job.ts";

/** Whether fal bills a job. */
export const BILLED = ["yes", "no", "unknown"] as const;
export type BilledOrNot = (typeof BILLED)[number];

/** Failures of fal's own infrastructure, and requests that never ran: fal never bills them. */
const NEVER_BILLED: ReadonlySet<JobErrorCode> = new Set(["infrastructure_failed", "start_timeout"]);

/**
 * Whether fal bills a settled job, by fal's own rules (docs/internals/fal-protocol.md#3-errors); undefined while it is
 * open. `unknown` is the truth where fal may or may not have run it: a 422 may be billed, and so may a request that was
 * canceled, expired or unconfirmed.
 */
export function billedOf(job: Job): BilledOrNot | undefined {
  if (isOpen(job)) return undefined;
  if (job.cost?.actual_usd !== undefined) return job.cost.actual_usd > 0 ? "yes" : "no";
  if (videoOf(job) !== undefined) return "yes";
  if (!mayHaveRun(job)) return "no";
  if (job.error === undefined) return "unknown";
  return NEVER_BILLED.has(job.error.code) || (job.error.fal_status ?? 0) >= 500 ? "no" : "unknown";
}

/** Whether fal has accepted the job, or may have. */
function mayHaveRun({ request_id, attempt }: Job): boolean {
  return request_id !== undefined || (attempt !== undefined && attempt.outcome !== "refused");
}
