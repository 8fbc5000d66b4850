import { mediaAtFal, NotFalMedia } from "../fal/media.ts";
import { archiveBackoffMs } from "../job/backoff.ts";
import type { Actor, Job } from "../job/job.ts";
import { videoOf } from "../job/job.ts";
import { ARCHIVE_WINDOW_MS, SWEEP_LEASE_MS, VIDEO_COPY_TIMEOUT_MS } from "../limits.ts";
import { countMetric, logWarning } from "../log.ts";
import { claim } from "../table/advance.ts";
import { recordVideo, type VideoRecorder } from "./record-video.ts";
import { keepVideo, VideoRefused, videoPrefix } from "./store-video.ts";

export interface Archiver extends VideoRecorder {
  /** The bytes of a video at fal. */
  readonly fetchVideo: (url: string, signal: AbortSignal) => AsyncIterable<Uint8Array>;
  /** From 0 to 1. */
  readonly random: () => number;
}

/**
 * Copies a settled job's video from fal's CDN to our own storage. The claim counts the attempt, and its lease keeps others away (rule P7); a copy that fails is tried
 * again later, for as long as fal keeps its media at least. Whatever becomes of it, the job's state stays what it is.
 */
export async function archiveVideo(service: Archiver, job: Job, by: Actor): Promise<void> {
  const step = { at: service.now(), by };
  if (step.at > Date.parse(job.settled_at ?? "") + ARCHIVE_WINDOW_MS)
    return abandon(service, job, by, "copying failed for seven days");
  const lease = { ...step, type: "archive_claimed", lookAt: step.at + SWEEP_LEASE_MS } as const;
  const claimed = await claim(service.table, job, lease, service.policy, service.newWriteId);
  const video = claimed && videoOf(claimed);
  if (claimed === undefined || video === undefined) return;
  const videoKey = `${videoPrefix(job.id)}${service.newWriteId()}.mp4`;
  try {
    const signal = AbortSignal.timeout(VIDEO_COPY_TIMEOUT_MS);
    const bytes = service.fetchVideo(video.url, signal);
    const file = await keepVideo(await service.bucket(), videoKey, bytes, signal);
    await recordVideo(service, claimed, videoKey, { at: service.now(), by, type: "archived", videoKey, file });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    if (error instanceof VideoRefused || error instanceof NotFalMedia) return abandon(service, claimed, by, reason);
    logWarning("a video could not be copied; it will be tried again", { job_id: job.id, reason });
    const retryAt = service.now() + archiveBackoffMs(claimed.archive_attempts ?? 1, service.random());
    await claim(
      service.table,
      claimed,
      { at: service.now(), by, type: "archive_failed", retryAt },
      service.policy,
      service.newWriteId,
    );
  }
}

async function abandon(service: Archiver, job: Job, by: Actor, reason: string): Promise<void> {
  const event = { at: service.now(), by, type: "archive_abandoned" } as const;
  const stored = await claim(service.table, job, event, service.policy, service.newWriteId);
  if (stored === undefined) return;
  logWarning("a video will not be archived", { job_id: job.id, reason });
  countMetric("VideoNotKept", { job_id: job.id });
}

/** fal's media, as an archiver reads them. */
export function fetchFrom(falEndpointUrl: string | undefined): Archiver["fetchVideo"] {
  return (url, signal) => mediaAtFal(url, falEndpointUrl, signal);
}
