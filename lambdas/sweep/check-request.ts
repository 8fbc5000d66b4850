import { countOperatorsTrouble } from "../fal/account-trouble.ts";
import { askFalToCancel } from "../fal/ask-to-cancel.ts";
import { checkAtFal, type FalCheck } from "../fal/look.ts";
import { isDataUri } from "../fal/outcome.ts";
import type { FalConnection } from "../fal/prepare.ts";
import { submitBackoffMs } from "../job/backoff.ts";
import type { UnstampedEvent } from "../job/event.ts";
import type { Job, JobError } from "../job/job.ts";
import { awaitsLateResult } from "../job/late-result.ts";
import {
  FAL_RESULT_MAX_BYTES,
  LAST_LOOK_GRACE_MS,
  OVERDUE_FACTOR,
  SWEEP_LEASE_MS,
  SWEEP_RESULT_MAX_BYTES,
} from "../limits.ts";
import { logError } from "../log.ts";
import { countMetric } from "../metrics.ts";
import { recordOutcome } from "../settle/record-outcome.ts";
import { nextLookAt } from "./next-look.ts";
import type { Checker, SweepContext } from "./sweeper.ts";

/**
 * Which results are read. `small`: one that is large or contains its video is left to an invocation of its own, where it
 * takes no other job along if it ends the function (rule P27).
 */
type ResultSize = "small" | "any";

type Context = Pick<SweepContext, "slowDown">;

/**
 * Asks fal for the status of a submitted job and records it. At the deadline it also checks once more before the job
 * expires (rule P19), and after that it reads a late result. Returns the job, which then is due, if its result is not
 * small and was not read.
 */
export async function checkRequest(
  service: Checker,
  context: Context,
  job: Job,
  size: ResultSize,
): Promise<Job | undefined> {
  const claimed = await service.jobs.claim(job, "sweep", { type: "claimed", lookAt: service.now() + SWEEP_LEASE_MS });
  if (claimed?.request_id === undefined) return undefined;
  try {
    return await check(service, context, claimed, claimed.request_id, size);
  } catch (error) {
    // A failure that is recorded is no crash (rule P27).
    const looked = { type: "looked", lookAt: nextLookAt(service, claimed) } as const;
    await service.jobs.advance(claimed, "sweep", looked).catch((reason: unknown) => {
      logError("a failed check counts as unrecorded", reason, { job_id: job.id });
    });
    throw error;
  }
}

async function check(
  service: Checker,
  context: Context,
  claimed: Job,
  requestId: string,
  size: ResultSize,
): Promise<Job | undefined> {
  const prepared = await service.connectFal();
  const current = claimed.fal_cancel === "due" ? await cancel(service, prepared, claimed) : claimed;
  const look = await ask(prepared, current, requestId, size);
  if (look.kind === "no_answer") {
    context.slowDown ||= look.slowDown;
    countOperatorsTrouble(look.error.code, claimed.id);
  }
  if (isTooMuch(look, size)) return leaveDue(service, current);
  return applyCheck(service, prepared, current, look, size);
}

/** The job, which stays due because its result is not read here. */
function leaveDue(service: Checker, job: Job): Promise<Job | undefined> {
  return service.jobs.advance(job, "sweep", { type: "looked", lookAt: service.now(), isLarge: true });
}

function ask(prepared: FalConnection, { endpoint }: Job, requestId: string, size: ResultSize): Promise<FalCheck> {
  const maxBytes = size === "small" ? SWEEP_RESULT_MAX_BYTES : FAL_RESULT_MAX_BYTES;
  return checkAtFal(prepared, { endpoint, requestId }, maxBytes);
}

function isTooMuch(look: FalCheck, size: ResultSize): boolean {
  if (size === "any") return false;
  if (look.kind === "no_answer") return look.isTooLarge === true;
  return look.kind === "finished" && look.outcome.status === "succeeded" && isDataUri(look.outcome.result.video.url);
}

async function applyCheck(
  service: Checker,
  prepared: FalConnection,
  job: Job,
  look: FalCheck,
  size: ResultSize,
): Promise<Job | undefined> {
  if (awaitsLateResult(job, service.now())) return applyLateCheck(service, job, look);
  const overdueMs = service.now() - job.deadline_at;
  const isRunning = look.kind === "in_queue" || look.kind === "running";
  if (isRunning && overdueMs >= 0) return expire(service, prepared, job, size);
  const record = (event: UnstampedEvent) => service.jobs.advance(job, "sweep", event);
  switch (look.kind) {
    case "finished":
      await recordOutcome(service, job, look.outcome, job.request_id, "sweep");
      break;
    case "start_timed_out": {
      const backoffMs = submitBackoffMs(job.attempt?.number ?? 1, service.random());
      await record({ type: "start_timed_out", error: START_TIMEOUT, backoffMs });
      break;
    }
    case "in_queue":
    case "running": {
      const isOverdue = await isOverdueNow(service, job);
      const looked = await record({
        type: "looked",
        lookAt: nextLookAt(service, job),
        isRunning: look.kind === "running",
        isOverdue,
      });
      if (isOverdue && looked?.overdue && !job.overdue) countMetric("JobOverdue", { job_id: job.id });
      break;
    }
    case "not_found":
      if (job.fal_cancel === "acknowledged") await record({ type: "canceled" });
      else if (overdueMs >= 0) await record({ type: "failed", error: RESULT_EXPIRED });
      else await record({ type: "looked", lookAt: nextLookAt(service, job), error: NOT_FOUND });
      break;
    case "no_answer":
      if (overdueMs >= LAST_LOOK_GRACE_MS) await record({ type: "deadline_passed", error: DEADLINE });
      else await record({ type: "looked", lookAt: nextLookAt(service, job), error: look.error });
  }
  return undefined;
}

/** Whether a job at fal takes much longer than is typical for its endpoint. */
async function isOverdueNow({ typicalDuration, now }: Checker, job: Job): Promise<boolean> {
  const typical = await typicalDuration.seconds(job.endpoint);
  if (typical === undefined || job.submitted_at === undefined) return false;
  return now() - Date.parse(job.submitted_at) > OVERDUE_FACTOR * typical * 1000;
}

/** What fal says of a request that it had finished before its job expired. Until that is an end, the job stays due. */
async function applyLateCheck(service: Checker, job: Job, look: FalCheck): Promise<undefined> {
  const isOver = look.kind === "finished" || look.kind === "not_found" || look.kind === "start_timed_out";
  if (look.kind === "finished") await recordOutcome(service, job, look.outcome, job.request_id, "sweep");
  const lookAt = nextLookAt(service, job);
  await service.jobs.advance(job, "sweep", isOver ? { type: "nothing_left" } : { type: "looked", lookAt });
}

/**
 * The row says first that the job has expired, and then fal is asked to stop (rule P34): otherwise fal's own answer to
 * that, a cancellation, could be recorded first. If the request has finished meanwhile, its result is a late one. Returns
 * the job if that was not read.
 */
async function expire(service: Checker, prepared: FalConnection, job: Job, size: ResultSize): Promise<Job | undefined> {
  const expired = await service.jobs.advance(job, "sweep", { type: "deadline_passed", error: DEADLINE });
  if (expired?.fal_cancel !== "due" || expired.request_id === undefined) return undefined;
  const answered = await cancel(service, prepared, expired);
  if (!awaitsLateResult(answered, service.now())) return undefined;
  const look = await ask(prepared, expired, expired.request_id, size);
  return isTooMuch(look, size) ? leaveDue(service, answered) : applyLateCheck(service, answered, look);
}

/** The end of a job whose checks ended their functions again and again (rule P27). */
export async function failUnread(service: Checker, job: Job): Promise<void> {
  countMetric("VideoCrashesReader", { job_id: job.id });
  await service.jobs.advance(job, "sweep", { type: "failed", error: UNREADABLE });
}

/** The end of a job whose result was handed over as long as that is allowed, and was never read (promise 1). */
export async function expireUnchecked(service: Checker, job: Job): Promise<void> {
  await service.jobs.advance(job, "sweep", { type: "deadline_passed", error: DEADLINE });
}

async function cancel(service: Checker, prepared: FalConnection, job: Job): Promise<Job> {
  const answer = await askFalToCancel(prepared, job);
  if (answer === undefined) return job;
  return (await service.jobs.advance(job, "sweep", { type: "cancel_answered", answer })) ?? job;
}

const START_TIMEOUT: JobError = {
  code: "start_timeout",
  message: "fal did not start the request in time, so it never ran.",
  retryable: true,
};
const NOT_FOUND: JobError = {
  code: "result_expired",
  message:
    "fal does not know the request, or no longer has its result. The job will be checked again until its deadline.",
  retryable: true,
};
const RESULT_EXPIRED: JobError = {
  code: "result_expired",
  message: "fal no longer had the result when this service fetched it. fal may have run the request and may bill it.",
  retryable: true,
};
const UNREADABLE: JobError = {
  code: "result_unusable",
  message: "Reading fal's result failed again and again.",
  retryable: false,
};
const DEADLINE: JobError = {
  code: "deadline_exceeded",
  message: "The job did not finish by its deadline. fal was asked to stop it.",
  retryable: true,
};
