import { recordVideo, type VideoRecorder } from "../archive/record-video.ts";
import { type InlineVideoStore, isInline, storeInlineVideo } from "../archive/store-inline-video.ts";
import { billedCost, type Prices } from "../contract/price.ts";
import type { Outcome } from "../fal/outcome.ts";
import type { Actor, Job } from "../job/job.ts";
import { logError } from "../log.ts";
import { writeOrMinimal } from "./write-minimal.ts";

export interface OutcomeRecorder extends VideoRecorder, InlineVideoStore {
  readonly prices: Prices;
}

/**
 * Records how a job's request ended, on condition that the row is unchanged since it was read. Stores an inline video
 * in our bucket first. Each attempt at that is counted before the bytes are read, so one that ends this function is
 * known later (rule P27). Returns the stored job.
 */
export async function recordOutcome(
  service: OutcomeRecorder,
  job: Job,
  outcome: Outcome,
  requestId: string | undefined,
  by: Actor,
): Promise<Job | undefined> {
  if (!isInline(outcome)) return record(service, job, outcome, requestId, by);
  const claimed = await service.jobs.advance(job, by, { type: "inline_claimed" });
  if (claimed === undefined) return undefined;
  try {
    const stored = await storeInlineVideo(service, job.id, outcome, claimed.inline_unrecorded);
    return await record(service, claimed, stored, requestId, by);
  } catch (error) {
    await service.jobs.advance(claimed, by, { type: "inline_failed" }).catch((reason: unknown) => {
      logError("a failed attempt to store an inline video counts as unrecorded", reason, { job_id: job.id });
    });
    throw error;
  }
}

function record(
  service: OutcomeRecorder,
  job: Job,
  outcome: Outcome,
  requestId: string | undefined,
  by: Actor,
): Promise<Job | undefined> {
  return writeOrMinimal(outcome, job.id, (storable) => {
    const event = { ...outcomeEvent(service.prices, job, storable), requestId } as const;
    return event.type === "succeeded" && event.videoKey !== undefined
      ? recordVideo(service, job, by, event.videoKey, event)
      : service.jobs.advance(job, by, event);
  });
}

/** A request's outcome as an event of the job's lifecycle. */
function outcomeEvent(prices: Prices, { endpoint }: Job, outcome: Outcome) {
  return outcome.status === "succeeded"
    ? ({
        type: "succeeded",
        result: outcome.result,
        videoKey: outcome.videoKey,
        billed:
          outcome.billableUnits === undefined
            ? undefined
            : billedCost(prices, outcome.result.endpoint ?? endpoint, outcome.billableUnits),
      } as const)
    : ({ type: outcome.status, error: outcome.error } as const);
}
