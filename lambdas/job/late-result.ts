import { handedOverUntil } from "./deadlines.ts";
import type { Job } from "./job.ts";
import { type Of, withDue } from "./write.ts";

/**
 * Whether a job has expired although fal had finished its request before it was asked to stop (rule P34). The result is
 * a late one, and stays due until it was read. `at`: epoch milliseconds.
 */
export function awaitsLateResult(job: Job, at: number): boolean {
  const isWanted = job.status === "expired" && job.fal_cancel === "too_late" && job.late_result === undefined;
  return isWanted && job.check_due !== undefined && at < handedOverUntil(job);
}

/** Whether a settled job's next check has anything to do: fal is to be asked to stop, or a late result is to be read. */
export function isCheckLeft(job: Job, at: number): boolean {
  return job.fal_cancel === "due" || awaitsLateResult(job, at);
}

/** A settled job's checks. Those that read a late result count as unrecorded until they record something (rule P27). */
export function checkSettled(job: Job, event: Of<"claimed" | "looked" | "nothing_left">): Job {
  if (event.type === "nothing_left") return withDue(job, { check_due: undefined }, { checks_unrecorded: undefined });
  const awaits = awaitsLateResult(job, event.at);
  if (event.type === "claimed") {
    const checks_unrecorded = awaits ? (job.checks_unrecorded ?? 0) + 1 : undefined;
    return withDue(job, { check_due: event.lookAt }, { checks_unrecorded });
  }
  return awaits ? withDue(job, { check_due: event.lookAt }, { checks_unrecorded: undefined }) : job;
}
