import { sendableUntil } from "../job/deadlines.ts";
import { isUnconfirmed, type Job, type JobError } from "../job/job.ts";
import { RECORD_RESERVE_MS, SUBMIT_POST_MAX_MS, SWEEP_LEASE_MS } from "../limits.ts";
import { countMetric } from "../log.ts";
import { submitRecorded } from "../submit/submit-recorded.ts";
import { nextLookAt } from "./next-look.ts";
import type { Sweeper, Turn } from "./sweeper.ts";

/** A job that fal has not confirmed. Past its deadline it is settled before anything risky is done (rule P7). */
export async function lookAfterSubmission(service: Sweeper, turn: Turn, job: Job): Promise<void> {
  const now = service.now();
  if (now >= (isUnconfirmed(job) ? job.deadline_at : sendableUntil(job))) {
    const error = isUnconfirmed(job) ? unconfirmed("by its deadline") : neverAccepted(job, now);
    await service.jobs.claim(job, "sweep", { type: "deadline_passed", error });
    return;
  }
  if (!isUnconfirmed(job)) {
    await submitRecorded(service, job, "sweep", now + SUBMIT_POST_MAX_MS + RECORD_RESERVE_MS);
    return;
  }
  return resolveUnknown(service, turn, job, now);
}

/** Never sent again: the webhook settles it, fal's history names it, or its window passes (rules P12, P13). */
async function resolveUnknown(service: Sweeper, turn: Turn, job: Job, now: number): Promise<void> {
  const sentAt = job.attempt?.at ?? now;
  if (now >= sentAt + service.policy.submissionWindowMs) {
    countMetric("SubmissionUnconfirmed", { job_id: job.id });
    await service.jobs.claim(job, "sweep", {
      type: "window_passed",
      error: unconfirmed("within the submission window"),
    });
    return;
  }
  if (job.attempt?.outcome === "under_way") {
    const { number } = job.attempt;
    await service.jobs.claim(job, "sweep", {
      type: "unknown",
      attempt: number,
      error: unconfirmed("yet: the submission was cut short"),
    });
    return;
  }
  const claimed = await service.jobs.claim(job, "sweep", { type: "claimed", lookAt: now + SWEEP_LEASE_MS });
  if (claimed === undefined) return;
  const requestId = await turn.findSubmission(claimed);
  if (requestId !== undefined) await service.jobs.advance(claimed, "sweep", { type: "adopted", requestId });
  else
    await service.jobs.advance(claimed, "sweep", {
      type: "looked",
      lookAt: Math.min(nextLookAt(service, claimed), sentAt + service.policy.submissionWindowMs),
    });
}

function unconfirmed(when: string): JobError {
  const message = `Whether fal accepted this request was not confirmed ${when}. fal may have run it, and may bill it; a retry is your choice.`;
  return { code: "submission_unconfirmed", message, retryable: true };
}

function neverAccepted(job: Job, now: number): JobError {
  const why = job.error ? ` The last reason: ${job.error.message}` : "";
  const [code, when] =
    now >= job.deadline_at
      ? (["deadline_exceeded", "by its deadline"] as const)
      : (["start_timeout", "by when it had to be started"] as const);
  return { code, message: `fal had not accepted the job ${when}.${why}`, retryable: true };
}
