import { base64HeaderOf } from "../contract/picture/data-uri.ts";
import { videoUrl } from "../contract/public-job.ts";
import { isTextType } from "../fal/media.ts";
import { isDataUri, type Outcome } from "../fal/outcome.ts";
import { INLINE_VIDEO_STORE_TIMEOUT_MS } from "../limits.ts";
import type { VideoRecorder } from "./record-video.ts";
import { NotAWholeVideo, storeVideo, videoPrefix } from "./store-video.ts";

export interface InlineVideoStore extends Pick<VideoRecorder, "bucket"> {
  /** Random, so that no two copies share an object. */
  readonly newWriteId: () => string;
  readonly publicUrl: string;
}

/** Whether a result holds the video itself, as it does with `sync_mode`. */
export function isInline(outcome: Outcome): boolean {
  return outcome.status === "succeeded" && isDataUri(outcome.result.video.url);
}

/**
 * Stores an inline video in the bucket with the other jobs' videos, because it is too large for the table. One that is
 * no whole video makes the outcome a failure (rule P31). Returns any other outcome unchanged. Throws if the bucket does
 * not store it.
 */
export async function storeInlineVideo(service: InlineVideoStore, jobId: string, outcome: Outcome): Promise<Outcome> {
  if (outcome.status !== "succeeded" || !isInline(outcome)) return outcome;
  const { url, ...video } = outcome.result.video;
  const bytes = bytesIn(url);
  if (bytes === undefined) return unusable();
  const name = `${videoPrefix(jobId)}${service.newWriteId()}`;
  const signal = AbortSignal.timeout(INLINE_VIDEO_STORE_TIMEOUT_MS);
  try {
    const { videoKey, file } = await storeVideo(await service.bucket(), name, video, one(bytes), signal);
    const kept = { ...video, ...file, url: videoUrl(service.publicUrl, jobId) };
    return { ...outcome, result: { ...outcome.result, video: kept }, videoKey };
  } catch (error) {
    if (error instanceof NotAWholeVideo) return unusable();
    throw error;
  }
}

/** The bytes in a data URI with base64 (RFC 2397); undefined if it has another form or says that it is a text. */
function bytesIn(url: string): Buffer | undefined {
  const header = base64HeaderOf(url);
  if (header === undefined || isTextType(header.slice("data:".length))) return undefined;
  try {
    const data = url.slice(header.length);
    return Buffer.from(data.includes("%") ? decodeURIComponent(data) : data, "base64");
  } catch {
    return undefined;
  }
}

async function* one(bytes: Buffer) {
  yield bytes;
}

function unusable(): Outcome {
  const message = "fal's result contains inline data that is not a whole video.";
  return { status: "failed", error: { code: "result_unusable", message, retryable: false } };
}
