import { base64HeaderOf } from "../contract/picture/data-uri.ts";
import { videoUrl } from "../contract/public-job.ts";
import { isTextType } from "../fal/media.ts";
import { isDataUri, type Outcome } from "../fal/outcome.ts";
import { INLINE_VIDEO_STORE_TIMEOUT_MS } from "../limits.ts";
import { nextAttempt } from "./crash-count.ts";
import type { VideoRecorder } from "./record-video.ts";
import { NotAWholeVideo, storeVideo, videoPrefix } from "./store-video.ts";

export interface InlineVideoStore extends Pick<VideoRecorder, "bucket"> {
  /** Random, so that no two copies share an object. */
  readonly newWriteId: () => string;
  readonly publicUrl: string;
}

/** Whether a result holds the video itself, as it does with `sync_mode`. */
export function isInline(outcome: Outcome): outcome is Extract<Outcome, { status: "succeeded" }> {
  return outcome.status === "succeeded" && isDataUri(outcome.result.video.url);
}

/**
 * Stores an inline video in the bucket with the other jobs' videos, because it is too large for the table. One that is
 * no whole video, or ends whoever reads it (rule P27), makes the outcome a failure (rule P31). `unrecorded`: the
 * attempts in a row that recorded nothing. Throws if the bucket does not store it.
 */
export async function storeInlineVideo(
  service: InlineVideoStore,
  jobId: string,
  outcome: Extract<Outcome, { status: "succeeded" }>,
  unrecorded: number | undefined,
): Promise<Outcome> {
  const attempt = nextAttempt(jobId, unrecorded);
  if (attempt === "none") return unusable("Reading the inline video of fal's result failed again and again.");
  const { url, ...video } = outcome.result.video;
  const bytes = bytesIn(url);
  if (bytes === undefined) return unusable(NOT_A_VIDEO);
  const name = `${videoPrefix(jobId)}${service.newWriteId()}`;
  const signal = AbortSignal.timeout(INLINE_VIDEO_STORE_TIMEOUT_MS);
  try {
    const { videoKey, file } = await storeVideo(
      await service.bucket(),
      name,
      video,
      one(bytes),
      signal,
      attempt === "with facts",
    );
    const kept = { ...video, ...file, url: videoUrl(service.publicUrl, jobId) };
    return { ...outcome, result: { ...outcome.result, video: kept }, videoKey };
  } catch (error) {
    if (error instanceof NotAWholeVideo) return unusable(NOT_A_VIDEO);
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

const NOT_A_VIDEO = "fal's result contains inline data that is not a whole video.";

function unusable(message: string): Outcome {
  return { status: "failed", error: { code: "result_unusable", message, retryable: false } };
}
