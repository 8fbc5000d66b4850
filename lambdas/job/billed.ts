import { isOpen, type Job, type JobError, videoOf } from "./job.ts";

/** Whether fal bills a job. */
export const BILLED = ["yes", "no", "unknown"] as const;
export type BilledOrNot = (typeof BILLED)[number];

/**
 * Whether fal bills a settled job, by fal's own rules (docs/internals/fal-protocol.md#3-errors); undefined while it is
 * open. `unknown` is the truth where fal may or may not have run it: a 422 may be billed, and so may a request that was
 * canceled (by whomever), expired or unconfirmed. fal's own bill, where it is known, outranks its rules.
 */
export function billedOf(job: Job): BilledOrNot | undefined {
  if (isOpen(job)) return undefined;
  if (job.cost?.billable_units !== undefined) return job.cost.billable_units > 0 ? "yes" : "no";
  if (videoOf(job) !== undefined) return "yes";
  if (!mayHaveRun(job)) return "no";
  return job.error !== undefined && isNeverBilled(job.error) ? "no" : "unknown";
}

/**
 * Whether a request ended in a way that fal never bills: it was never started, or it failed with a 5xx. Where fal does
 * not say the status, the names of its retryable infrastructure errors stand for one. The others are a 4xx.
 */
function isNeverBilled({ code, fal_status, error_type, retryable }: JobError): boolean {
  if (code === "start_timeout") return true;
  if (fal_status !== undefined) return fal_status >= 500;
  return code === "infrastructure_failed" && error_type !== undefined && retryable;
}

/** Whether fal has accepted the job, or may have. */
function mayHaveRun({ request_id, attempt }: Job): boolean {
  return request_id !== undefined || (attempt !== undefined && attempt.outcome !== "refused");
}
