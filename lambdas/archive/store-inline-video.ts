import { videoUrl } from "../contract/public-job.ts";
import type { Outcome } from "../fal/outcome.ts";
import { INLINE_VIDEO_STORE_TIMEOUT_MS } from "../limits.ts";
import type { VideoRecorder } from "./record-video.ts";
import { storeVideo, videoPrefix } from "./store-video.ts";

const INLINE_VIDEO = /^data:(video\/[a-z0-9.+-]+);base64,/i;

export interface InlineVideoStore extends Pick<VideoRecorder, "bucket"> {
  /** Random, so that no two copies share an object. */
  readonly newWriteId: () => string;
  readonly publicUrl: string;
}

/** Whether a result holds the video itself, as it does with `sync_mode`. */
export function isInline(outcome: Outcome): boolean {
  return outcome.status === "succeeded" && outcome.result.video.url.startsWith("data:");
}

/**
 * Stores an inline video in the bucket with the other jobs' videos, because it is too large for the table. Returns any
 * other outcome unchanged. Throws if the bucket does not store it.
 */
export async function storeInlineVideo(service: InlineVideoStore, jobId: string, outcome: Outcome): Promise<Outcome> {
  if (outcome.status !== "succeeded" || !isInline(outcome)) return outcome;
  const { url, ...video } = outcome.result.video;
  const declared = INLINE_VIDEO.exec(url);
  const bytes = Buffer.from(url.slice(declared?.[0].length), "base64");
  if (!declared?.[1] || bytes.length === 0) return unusable();
  const videoKey = `${videoPrefix(jobId)}${service.newWriteId()}.mp4`;
  const signal = AbortSignal.timeout(INLINE_VIDEO_STORE_TIMEOUT_MS);
  const file = await storeVideo(await service.bucket(), videoKey, one(bytes), signal);
  const kept = { ...video, content_type: declared[1].toLowerCase(), ...file, url: videoUrl(service.publicUrl, jobId) };
  return { ...outcome, result: { ...outcome.result, video: kept }, videoKey };
}

async function* one(bytes: Buffer) {
  yield bytes;
}

function unusable(): Outcome {
  const message = "fal's result contains inline data that is not a video.";
  return { status: "failed", error: { code: "result_unusable", message, retryable: false } };
}
