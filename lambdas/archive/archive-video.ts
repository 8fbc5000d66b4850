import { mediaAtFal, NotFalMedia } from "../fal/media.ts";
import { archiveBackoffMs } from "../job/backoff.ts";
import type { Job } from "../job/job.ts";
import { videoOf } from "../job/job.ts";
import { ARCHIVE_WINDOW_MS, PAID_NOT_KEPT_MS, SWEEP_LEASE_MS, VIDEO_COPY_TIMEOUT_MS } from "../limits.ts";
import { logWarning } from "../log.ts";
import { countMetric } from "../metrics.ts";
import { nextAttempt } from "./crash-count.ts";
import { recordVideo, type VideoRecorder } from "./record-video.ts";
import { storeVideo, VideoRefused, videoPrefix } from "./store-video.ts";

export interface Archiver extends VideoRecorder {
  /** The bytes of a video at fal. */
  readonly fetchVideo: (url: string, signal: AbortSignal) => AsyncIterable<Uint8Array>;
  /** From 0 to 1. */
  readonly random: () => number;
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** Random, so that no two copies share an object. */
  readonly newWriteId: () => string;
}

/**
 * Copies a settled job's video from fal's CDN to our own storage. The claim counts the attempt, and its lease prevents
 * a second copy at the same time (rule P7). A failed copy, such as one that is no whole video (rule P31), is retried
 * later, at least as long as fal keeps its media. A video that ends whoever reads it is stored without its facts, or else given up
 * (rule P27).
 * The outcome never changes the job's status. Returns false if another writer changed the row first.
 */
export async function archiveVideo(service: Archiver, job: Job): Promise<boolean> {
  const now = service.now();
  if (now > Date.parse(job.settled_at ?? "") + ARCHIVE_WINDOW_MS)
    return abandon(service, job, "copying failed for seven days");
  const claimed = await service.jobs.claim(job, "archive", { type: "archive_claimed", lookAt: now + SWEEP_LEASE_MS });
  const video = claimed && videoOf(claimed);
  if (claimed === undefined || video === undefined) return claimed !== undefined;
  const attempt = nextAttempt(job.id, claimed.archive_unrecorded);
  if (attempt === "none") return abandon(service, claimed, "every attempt ended its function");
  const name = `${videoPrefix(job.id)}${service.newWriteId()}`;
  try {
    const signal = AbortSignal.timeout(VIDEO_COPY_TIMEOUT_MS);
    const bytes = service.fetchVideo(video.url, signal);
    const stored = await storeVideo(await service.bucket(), name, video, bytes, signal, attempt === "with facts");
    await recordVideo(service, claimed, "archive", stored.videoKey, { type: "archived", ...stored });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    if (error instanceof VideoRefused || error instanceof NotFalMedia) return abandon(service, claimed, reason);
    logWarning("a video could not be copied; it will be tried again", { job_id: job.id, reason });
    const settledMs = service.now() - Date.parse(job.settled_at ?? job.created_at);
    if (settledMs > PAID_NOT_KEPT_MS) countMetric("PaidNotDelivered", { job_id: job.id });
    const retryAt = service.now() + archiveBackoffMs(claimed.archive_attempts ?? 1, service.random());
    const lease = claimed.archive_due;
    await service.jobs.advance(claimed, "archive", { type: "archive_failed", lease, retryAt });
  }
  return true;
}

async function abandon(service: Archiver, job: Job, reason: string): Promise<boolean> {
  const stored = await service.jobs.claim(job, "archive", { type: "archive_abandoned" });
  if (stored === undefined) return false;
  logWarning("a video will not be archived", { job_id: job.id, reason });
  countMetric("VideoNotKept", { job_id: job.id });
  countMetric("PaidNotDelivered", { job_id: job.id });
  return true;
}

/** Returns the function that reads videos from fal's media hosts. */
export function fetchFrom(falEndpointUrl: string | undefined): Archiver["fetchVideo"] {
  return (url, signal) => mediaAtFal(url, falEndpointUrl, signal);
}
