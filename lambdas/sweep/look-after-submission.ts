import { sendableUntil } from "../job/deadlines.ts";
import { isUnconfirmed, type Job, type JobError } from "../job/job.ts";
import { RECORD_RESERVE_MS, SUBMIT_POST_MAX_MS, SWEEP_LEASE_MS } from "../limits.ts";
import { countMetric } from "../metrics.ts";
import { submitRecorded } from "../submit/submit-recorded.ts";
import { nextLookAt } from "./next-look.ts";
import type { Later, SweepContext, Sweeper } from "./sweeper.ts";

/**
 * Processes a job that fal has not confirmed. After its deadline, the job is settled before anything risky is done
 * (rule P7).
 */
export async function lookAfterSubmission(service: Sweeper, context: SweepContext, job: Job): Promise<Later> {
  const now = service.now();
  if (now >= (isUnconfirmed(job) ? job.deadline_at : sendableUntil(job))) {
    const error = isUnconfirmed(job)
      ? unconfirmed("fal did not confirm before the deadline that it accepted this request")
      : neverAccepted(job, now);
    await service.jobs.claim(job, "sweep", { type: "deadline_passed", error });
    return {};
  }
  if (!isUnconfirmed(job)) {
    if (context.submitsNoMore) return {};
    const sent = await submitRecorded(service, job, "sweep", now + SUBMIT_POST_MAX_MS + RECORD_RESERVE_MS);
    const code = sent.job?.status === "submitting" ? sent.job.error?.code : undefined;
    context.submitsNoMore ||= code === "fal_busy" || code === "fal_unreachable";
    return sent;
  }
  return resolveUnknown(service, context, job, now);
}

/**
 * Never sends the job again: it waits for the webhook, a match in fal's history, or the end of the submission window
 * (rules P12, P13).
 */
async function resolveUnknown(service: Sweeper, context: SweepContext, job: Job, now: number): Promise<Later> {
  const sentAt = job.attempt?.at ?? now;
  if (now >= sentAt + service.policy.submissionWindowMs) {
    countMetric("SubmissionUnconfirmed", { job_id: job.id });
    await service.jobs.claim(job, "sweep", {
      type: "window_passed",
      error: unconfirmed("fal did not confirm within the submission window that it accepted this request"),
    });
    return {};
  }
  if (job.attempt?.outcome === "under_way") {
    const { number } = job.attempt;
    await service.jobs.claim(job, "sweep", {
      type: "unknown",
      attempt: number,
      error: unconfirmed("The submission was interrupted, so it is not known whether fal accepted this request"),
    });
    return {};
  }
  const reading = context.findSubmission.reading(job);
  if (reading !== undefined) return { after: reading };
  const claimed = await service.jobs.claim(job, "sweep", { type: "claimed", lookAt: now + SWEEP_LEASE_MS });
  if (claimed === undefined) return {};
  const requestId = context.findSubmission.find(claimed);
  if (requestId !== undefined) await service.jobs.advance(claimed, "sweep", { type: "adopted", requestId });
  else
    await service.jobs.advance(claimed, "sweep", {
      type: "looked",
      lookAt: Math.min(nextLookAt(service, claimed), sentAt + service.policy.submissionWindowMs),
    });
  return {};
}

function unconfirmed(what: string): JobError {
  const message = `${what}. fal may have run it and may bill it. If you retry, fal may bill both.`;
  return { code: "submission_unconfirmed", message, retryable: true };
}

function neverAccepted(job: Job, now: number): JobError {
  const why = job.error ? ` Last reason: ${job.error.message}` : "";
  const [code, when] =
    now >= job.deadline_at
      ? (["deadline_exceeded", "before its deadline"] as const)
      : (["start_timeout", "before the latest start time"] as const);
  return { code, message: `fal did not accept the job ${when}.${why}`, retryable: true };
}
