import { askFalToCancel } from "../fal/ask-to-cancel.ts";
import { handedOverUntil } from "../job/deadlines.ts";
import { isOpen, type Job } from "../job/job.ts";
import { awaitsLateResult } from "../job/late-result.ts";
import { onTime } from "../job/waiting.ts";
import { SWEEP_LEASE_MS, VIDEO_UNRECORDED_MAX } from "../limits.ts";
import { checkRequest, expireUnchecked, failUnread } from "./check-request.ts";
import { lookAfterSubmission } from "./look-after-submission.ts";
import type { Later, SweepContext, Sweeper } from "./sweeper.ts";

/** Processes one job that was listed as due. The list lags behind, so the row decides whether the job is still due. */
export async function lookAfter(service: Sweeper, context: SweepContext, id: string): Promise<Later> {
  const row = await service.table.read(id);
  if (row?.due_at === undefined || row.due_at > service.now()) return {};
  const job = onTime(row, service.now());
  if (job.status === "submitting") return lookAfterSubmission(service, context, job);
  await (isOpen(job) ? lookAfterRequest(service, context, job) : lookAfterSettled(service, context, job));
  return {};
}

/** Checks a job that fal has accepted, or hands the check over. */
async function lookAfterRequest(service: Sweeper, context: SweepContext, job: Job): Promise<void> {
  const crashes = crashesOf(job);
  if (crashes > 2 * VIDEO_UNRECORDED_MAX) return failUnread(service, job);
  if (crashes > 0 || job.is_large) return handOverCheck(service, context, job, crashes > 0);
  const large = await checkRequest(service, context, job, "small");
  if (large) context.handOver.add("check", large, false);
}

/** The sweep never does this check itself (rule P27). If no function is started for it, the job ends (promise 1). */
async function handOverCheck(service: Sweeper, context: SweepContext, job: Job, suspect: boolean): Promise<void> {
  if (service.now() >= handedOverUntil(job)) await expireUnchecked(service, job);
  else context.handOver.add("check", job, suspect);
}

/** Attempts in a row to read the result that recorded nothing (rule P27). */
function crashesOf({ checks_unrecorded = 0, inline_unrecorded = 0 }: Job): number {
  return Math.max(checks_unrecorded, inline_unrecorded);
}

/** Whether the latest attempt recorded nothing. */
function isSuspect(unrecorded = 0): boolean {
  return unrecorded > 0;
}

/**
 * Finds the remaining work of a settled job: asks fal to stop (rule P14), and hands over the delivery of the final event
 * (when that is due, it no longer waits for the video: rule P21), the copy of the video, and the check that reads a late
 * result. After that the job is no longer due.
 */
async function lookAfterSettled(service: Sweeper, context: SweepContext, job: Job): Promise<void> {
  const { handOver } = context;
  const isDue = (time: number | undefined) => time !== undefined && time <= service.now();
  if (job.fal_cancel === "due" && isDue(job.check_due)) return finish(service, context, job);
  if (isDue(job.deliver_due) || isEarly(job)) handOver.add("deliver", job, false);
  if (isDue(job.archive_due)) handOver.add("copy", job, isSuspect(job.archive_unrecorded));
  else if (isDue(job.check_due) && !isDue(job.deliver_due)) await finish(service, context, job);
}

/** The caller wants its first callback before the video is kept, and the table's stream has not brought it. */
function isEarly({ callback_when, deliver_due, delivery }: Job): boolean {
  return callback_when === "settled" && deliver_due !== undefined && delivery === undefined;
}

async function finish(service: Sweeper, { handOver }: SweepContext, job: Job): Promise<void> {
  const crashes = crashesOf(job);
  if (awaitsLateResult(job, service.now()) && crashes <= 2 * VIDEO_UNRECORDED_MAX)
    return handOver.add("check", job, crashes > 0);
  if (job.fal_cancel !== "due" || job.status === "succeeded") {
    await service.jobs.claim(job, "sweep", { type: "nothing_left" });
    return;
  }
  const claimed = await service.jobs.claim(job, "sweep", { type: "claimed", lookAt: service.now() + SWEEP_LEASE_MS });
  const answer = claimed && (await askFalToCancel(await service.connectFal(), claimed));
  if (claimed === undefined || answer === undefined) return;
  const answered = await service.jobs.advance(claimed, "sweep", { type: "cancel_answered", answer });
  if (answered === undefined) return;
  const isAwaited = awaitsLateResult(answered, service.now());
  const next = isAwaited ? ({ type: "looked", lookAt: service.now() } as const) : ({ type: "nothing_left" } as const);
  await service.jobs.advance(answered, "sweep", next);
}
