import { archiveVideo } from "../archiving/archive-video.ts";
import { askFalToCancel } from "../fal/ask-to-cancel.ts";
import { isOpen, type Job } from "../job/job.ts";
import { SWEEP_LEASE_MS } from "../job/limits.ts";
import { checkRequest } from "./check-request.ts";
import { claim, record, type Sweeper, type Turn } from "./claim.ts";
import { lookAfterSubmission } from "./look-after-submission.ts";

/** Looks after one job that was listed as due. The list lags, so the row itself says whether it still is. */
export async function lookAfter(service: Sweeper, turn: Turn, id: string): Promise<void> {
  const job = await service.table.read(id);
  if (job?.due_at === undefined || job.due_at > service.now()) return;
  if (!isOpen(job)) return lookAfterSettled(service, job);
  if (job.status === "submitting") return lookAfterSubmission(service, turn, job);
  return checkRequest(service, turn, job);
}

/** What is left to do for a settled job: its video may still have to be copied, and fal to be told to stop (rule P14). Then it is due no more. */
async function lookAfterSettled(service: Sweeper, job: Job): Promise<void> {
  const now = service.now();
  if (job.archive_due !== undefined && job.archive_due <= now) await archiveVideo(service, job, "sweep");
  else if (job.check_due !== undefined && job.check_due <= now) await finish(service, job);
}

async function finish(service: Sweeper, job: Job): Promise<void> {
  if (job.fal_cancel !== "due" || job.status === "succeeded") {
    await claim(service, job, { type: "nothing_left" });
    return;
  }
  const claimed = await claim(service, job, { type: "claimed", lookAt: service.now() + SWEEP_LEASE_MS });
  const answer = claimed && (await askFalToCancel(await service.prepare(), claimed));
  if (claimed === undefined || answer === undefined) return;
  const answered = await record(service, claimed, { type: "cancel_answered", answer });
  if (answered) await record(service, answered, { type: "nothing_left" });
}
