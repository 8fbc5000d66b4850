import type { Outcome } from "../fal/outcome.ts";
import type { Prepared } from "../fal/prepare.ts";

const INLINE_VIDEO = /^data:(video\/[a-z0-9.+-]+);base64,/i;

/**
 * With `sync_mode` the video comes inside the webhook. Nothing of that size enters the table: the bytes go to fal's storage and the
 * job names their URL. Throws when that fails, so that fal delivers again.
 */
export function videoHolder(prepare: () => Promise<Prepared>) {
  return async (outcome: Outcome, jobId: string): Promise<Outcome> => {
    if (outcome.status !== "succeeded" || !outcome.result.video.url.startsWith("data:")) return outcome;
    const { url } = outcome.result.video;
    const declared = INLINE_VIDEO.exec(url);
    if (!declared?.[1]) return unusable();
    const bytes = Buffer.from(url.slice(declared[0].length), "base64");
    const { fal, access } = await prepare();
    if (access === undefined) throw new Error("FAL_KEY is not configured, so an inline video cannot be stored.");
    const contentType = declared[1].toLowerCase();
    const stored = await fal.uploadToFal(access, { name: `${jobId}.mp4`, contentType, bytes });
    const video = { ...outcome.result.video, url: stored, content_type: contentType, file_size: bytes.length };
    return { status: "succeeded", result: { video } };
  };
}

function unusable(): Outcome {
  const message = "fal's result holds inline data that is not a video.";
  return { status: "failed", error: { code: "result_unusable", message, retryable: false } };
}
