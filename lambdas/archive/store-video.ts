import { createHash } from "node:crypto";
import type { Bucket } from "../aws/bucket.ts";
import type { VideoFile } from "../job/job.ts";
import { VIDEO_MAX_BYTES } from "../limits.ts";
import { readMovie } from "./mp4.ts";

/** A video that can never be stored; a retry does not help. */
export class VideoRefused extends Error {
  override readonly name = "VideoRefused";
}

/** The key prefix of all objects that may hold a job's video. */
export function videoPrefix(jobId: string): string {
  return `videos/${jobId}/`;
}

/**
 * Streams a video into the bucket and says what it is. Throws VideoRefused when it is too large, and rethrows errors of
 * the stream and the bucket.
 */
export async function storeVideo(
  bucket: Bucket,
  key: string,
  video: AsyncIterable<Uint8Array>,
  signal: AbortSignal,
): Promise<VideoFile> {
  const hash = createHash("sha256");
  const movie = readMovie();
  let file_size = 0;
  async function* measured() {
    for await (const chunk of video) {
      file_size += chunk.length;
      if (file_size > VIDEO_MAX_BYTES) throw new VideoRefused(`The video is larger than ${VIDEO_MAX_BYTES} bytes.`);
      hash.update(chunk);
      movie.take(chunk);
      yield chunk;
    }
    if (file_size === 0) throw new Error("The video is empty.");
  }
  await bucket.put(key, "video/mp4", measured(), signal);
  return { file_size, sha256: hash.digest("hex"), ...movie.facts() };
}
