import { archiveVideo } from "../archive/archive-video.ts";
import { deliverJob } from "../deliver/deliver-job.ts";
import { askFalToCancel } from "../fal/ask-to-cancel.ts";
import { isOpen, type Job } from "../job/job.ts";
import { CALLBACK_SLOW_MS, SWEEP_LEASE_MS } from "../limits.ts";
import { checkRequest } from "./check-request.ts";
import { lookAfterSubmission } from "./look-after-submission.ts";
import type { SweepContext, Sweeper } from "./sweeper.ts";

/** Processes one job that was listed as due. The list lags behind, so the row decides whether the job is still due. */
export async function lookAfter(service: Sweeper, context: SweepContext, id: string): Promise<void> {
  const job = await service.table.read(id);
  if (job?.due_at === undefined || job.due_at > service.now()) return;
  if (!isOpen(job)) return lookAfterSettled(service, context, job);
  if (job.status === "submitting") return lookAfterSubmission(service, context, job);
  return checkRequest(service, context, job);
}

/**
 * Does the remaining work of a settled job: ask fal to stop (rule P14), deliver the final event (when that is due, it
 * no longer waits for the video: rule P21) and copy the video. After that the job is no longer due. A slow or failing
 * step never delays the steps before it.
 */
async function lookAfterSettled(service: Sweeper, context: SweepContext, job: Job): Promise<void> {
  const isDue = (time: number | undefined) => time !== undefined && time <= service.now();
  if (job.fal_cancel === "due" && isDue(job.check_due)) return finish(service, job);
  if (isDue(job.deliver_due) && !isSlowHost(context, job)) await deliver(service, context, job);
  if (isDue(job.archive_due)) {
    const current = await claimable(service, context, job);
    if (current !== undefined && isDue(current.archive_due)) await archiveVideo(service, current, "sweep");
  } else if (isDue(job.check_due) && !isDue(job.deliver_due)) await finish(service, job);
}

/** Reads the job again after the previous step; undefined if no time is left to start another step (rule P7). */
async function claimable(service: Sweeper, context: SweepContext, job: Job): Promise<Job | undefined> {
  return service.now() < context.claimUntil ? service.table.read(job.id) : undefined;
}

async function finish(service: Sweeper, job: Job): Promise<void> {
  if (job.fal_cancel !== "due" || job.status === "succeeded") {
    await service.jobs.claim(job, "sweep", { type: "nothing_left" });
    return;
  }
  const claimed = await service.jobs.claim(job, "sweep", { type: "claimed", lookAt: service.now() + SWEEP_LEASE_MS });
  const answer = claimed && (await askFalToCancel(await service.connectFal(), claimed));
  if (claimed === undefined || answer === undefined) return;
  const answered = await service.jobs.advance(claimed, "sweep", { type: "cancel_answered", answer });
  if (answered) await service.jobs.advance(answered, "sweep", { type: "nothing_left" });
}

/**
 * After one callback to a receiver was too slow, this sweep sends it no more callbacks, so that it cannot delay the
 * others (rule P8).
 */
function isSlowHost({ slowHosts }: SweepContext, { callback_url }: Job): boolean {
  return callback_url !== undefined && slowHosts.has(new URL(callback_url).host);
}

async function deliver(service: Sweeper, context: SweepContext, job: Job): Promise<void> {
  const startedAt = service.now();
  await deliverJob(service, job, "sweep");
  const isSlow = service.now() - startedAt >= CALLBACK_SLOW_MS;
  if (isSlow && job.callback_url !== undefined) context.slowHosts.add(new URL(job.callback_url).host);
}
