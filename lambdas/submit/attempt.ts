import { countOperatorsTrouble } from "../fal/account-trouble.ts";
import type { FalConnection } from "../fal/prepare.ts";
import { keyMissing, postponed, type Submission } from "../fal/submission.ts";
import { submitBackoffMs } from "../job/backoff.ts";
import { startBy } from "../job/deadlines.ts";
import type { UnstampedEvent } from "../job/event.ts";
import type { Actor, Job } from "../job/job.ts";
import {
  RECORD_RESERVE_MS,
  RETRY_AFTER_MAX_MS,
  START_TIMEOUT_MAX_SECONDS,
  START_TIMEOUT_MIN_SECONDS,
  SUBMIT_POST_MAX_MS,
  SUBMIT_POST_MIN_MS,
} from "../limits.ts";
import { logError, logWarning } from "../log.ts";
import { countMetric } from "../metrics.ts";
import type { Jobs } from "../table/jobs.ts";
import type { CircuitBreaker, Pass } from "./circuit-breaker.ts";

/** The collaborators and settings of a submission. */
export interface Submitter {
  readonly jobs: Jobs;
  readonly connectFal: () => Promise<FalConnection>;
  readonly circuitBreaker: CircuitBreaker;
  readonly publicUrl: string;
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** From 0 to 1. */
  readonly random: () => number;
  readonly randomBytes: (size: number) => Uint8Array;
}

/** Whether a POST that starts now leaves enough time to record its answer (rules A5, P10). */
export function hasTimeToPost(answerBy: number, now: number): boolean {
  return postTimeoutMs(answerBy, now) >= SUBMIT_POST_MIN_MS;
}

/**
 * Sends the one POST that the row already marks as under way, and records the outcome. If recording fails, the row
 * stays marked as under way, which counts as unknown: the webhook or the sweep later finds the real outcome. The caller
 * must have entered the circuit breaker, with this pass.
 */
export async function submitAttempt(
  service: Submitter,
  pass: Pass,
  prepared: Promise<FalConnection>,
  job: Job,
  token: string,
  answerBy: number,
  by: Actor = "submit",
): Promise<Job> {
  let submission: Submission | undefined;
  let left = Promise.resolve();
  try {
    submission = await submitOnce(service, prepared, job, token, answerBy);
  } finally {
    left = pass.leave(submission);
  }
  report(submission, job);
  try {
    return (await service.jobs.advance(job, by, toEvent(service, submission, job))) ?? job;
  } catch (error) {
    logError("a submission's outcome could not be recorded", error, { job_id: job.id, outcome: submission.outcome });
    return job;
  } finally {
    await left;
  }
}

async function submitOnce(
  service: Submitter,
  prepared: Promise<FalConnection>,
  job: Job,
  token: string,
  answerBy: number,
): Promise<Submission> {
  const { fal, access } = await prepared;
  if (access === undefined) return keyMissing();
  const now = service.now();
  // fal accepts no start timeout for a job that should have started already; the sweep ends such a job.
  if (now >= startBy(job) || !hasTimeToPost(answerBy, now)) return postponed();
  const secondsLeft = Math.floor((startBy(job) - now) / 1000);
  return fal.submitToFal(access, {
    endpoint: job.endpoint,
    input: job.input,
    options: job.fal_options,
    webhookUrl: `${service.publicUrl}/webhooks/fal/${job.id}/${token}`,
    startTimeoutSeconds: Math.max(START_TIMEOUT_MIN_SECONDS, Math.min(START_TIMEOUT_MAX_SECONDS, secondsLeft)),
    timeoutMs: postTimeoutMs(answerBy, now),
  });
}

function postTimeoutMs(answerBy: number, now: number): number {
  return Math.min(SUBMIT_POST_MAX_MS, answerBy - now - RECORD_RESERVE_MS);
}

function toEvent(service: Submitter, submission: Submission, job: Job): UnstampedEvent {
  const attempt = job.attempt?.number ?? 1;
  switch (submission.outcome) {
    case "accepted":
      return { type: "accepted", requestId: submission.requestId };
    case "input_refused":
      return { type: "input_refused", attempt, error: submission.error };
    case "unknown":
      return { type: "unknown", attempt, error: submission.error };
    case "not_accepted": {
      const { code } = submission.error;
      const backoffMs =
        code === "endpoint_unknown"
          ? submitBackoffMs(attempt, service.random())
          : Math.min(submission.retryAfterMs, RETRY_AFTER_MAX_MS);
      return { type: "not_accepted", attempt, error: submission.error, backoffMs };
    }
  }
}

function report(submission: Submission, job: Job): void {
  if (submission.outcome === "accepted") return;
  logWarning("fal did not accept a submission", {
    job_id: job.id,
    outcome: submission.outcome,
    code: submission.error.code,
  });
  if (submission.outcome === "unknown") countMetric("SubmissionUnconfirmed", { job_id: job.id });
  countOperatorsTrouble(submission.error.code, job.id);
}
