import { createHash } from "node:crypto";
import type { Bucket } from "../aws/bucket.ts";
import type { Video, VideoFile } from "../job/job.ts";
import { VIDEO_HEAD_BYTES, VIDEO_MAX_BYTES, VIDEO_REMOVAL_TIMEOUT_MS } from "../limits.ts";
import { logError } from "../log.ts";
import { followStructure, type OpenVideo, type VideoFacts } from "./structure.ts";
import { nameWithExtension, recogniseVideo } from "./video-form.ts";

/** A video that can never be stored; a retry does not help. */
export class VideoRefused extends Error {
  override readonly name = "VideoRefused";
}

/** Bytes that are no video, or not a whole one. Another attempt may receive it whole (rule P31). */
export class NotAWholeVideo extends Error {
  override readonly name = "NotAWholeVideo";
}

/** A video in the bucket. */
export interface StoredVideo {
  readonly videoKey: string;
  readonly file: VideoFile & Pick<Video, "file_name">;
}

/** The key prefix of all objects that may hold a job's video. */
export function videoPrefix(jobId: string): string {
  return `videos/${jobId}/`;
}

/**
 * Streams a video into the bucket and says what it is. Type and extension follow from the bytes (rule P31). `name`: the
 * key without an extension. `said`: what fal says about the video. `readsFacts`: false leaves the facts out. Throws VideoRefused when it is too large, NotAWholeVideo, and errors of the stream and the bucket;
 * then no object is left.
 */
export async function storeVideo(
  bucket: Bucket,
  name: string,
  said: Pick<Video, "file_size" | "file_name">,
  video: AsyncIterable<Uint8Array>,
  signal: AbortSignal,
  readsFacts = true,
): Promise<StoredVideo> {
  const chunks = video[Symbol.asyncIterator]();
  try {
    const head = await readHead(chunks);
    const form = recogniseVideo(head);
    if (form === undefined) throw new NotAWholeVideo("The bytes are not those of a video.");
    const videoKey = `${name}.${form.extension}`;
    const check = checkVideo(form.open(), said.file_size, readsFacts);
    await put(bucket, videoKey, form.contentType, check.pass(head, chunks), signal);
    const file_name = said.file_name && nameWithExtension(said.file_name, form.extension);
    const file = { ...check.file(), content_type: form.contentType, ...(file_name && { file_name }) };
    return { videoKey, file };
  } finally {
    // The source may be waiting for bytes that never arrive, so its end is not awaited.
    chunks.return?.().catch(() => {});
  }
}

/** The first bytes of a stream: at least `VIDEO_HEAD_BYTES`, if it has as many. */
async function readHead(chunks: AsyncIterator<Uint8Array>): Promise<Buffer> {
  const head: Uint8Array[] = [];
  for (let bytes = 0; bytes < VIDEO_HEAD_BYTES; ) {
    const { done, value } = await chunks.next();
    if (done) break;
    head.push(value);
    bytes += value.length;
  }
  return Buffer.concat(head);
}

/** Puts an object. If that fails, removes what may be there all the same: S3 may have stored it without an answer. */
async function put(
  bucket: Bucket,
  key: string,
  contentType: string,
  bytes: AsyncIterable<Uint8Array>,
  signal: AbortSignal,
): Promise<void> {
  try {
    await bucket.put(key, contentType, bytes, signal);
  } catch (error) {
    await bucket.remove(key, AbortSignal.timeout(VIDEO_REMOVAL_TIMEOUT_MS)).catch((reason: unknown) => {
      logError("a failed copy of a video could not be deleted", reason, { key });
    });
    throw error;
  }
}

/** Checks and measures a video while its bytes pass through to the bucket. */
function checkVideo(video: OpenVideo, expectedBytes: number | undefined, readsFacts: boolean) {
  const hash = createHash("sha256");
  const structure = followStructure(video.structure);
  let file_size = 0;
  const take = (chunk: Uint8Array) => {
    file_size += chunk.length;
    if (file_size > VIDEO_MAX_BYTES) throw new VideoRefused(`The video is larger than ${VIDEO_MAX_BYTES} bytes.`);
    if (expectedBytes !== undefined && file_size > expectedBytes)
      throw new NotAWholeVideo(`The video is larger than the ${expectedBytes} bytes that fal reported.`);
    hash.update(chunk);
    structure.take(chunk);
    return chunk;
  };
  const end = () => {
    if (expectedBytes !== undefined && file_size < expectedBytes)
      throw new NotAWholeVideo(`The video has ${file_size} bytes instead of the ${expectedBytes} that fal reported.`);
    if (!structure.isWhole() || !video.hasAll()) throw new NotAWholeVideo("The video ends before it is complete.");
  };
  return {
    async *pass(head: Uint8Array, rest: AsyncIterator<Uint8Array>) {
      yield take(head);
      for (let next = await rest.next(); !next.done; next = await rest.next()) yield take(next.value);
      end();
    },
    file: () => ({ file_size, sha256: hash.digest("hex"), ...(readsFacts && factsOf(video)) }),
  };
}

/** Nothing about facts may keep a video from being stored (rule P28). */
function factsOf(video: OpenVideo): VideoFacts {
  try {
    return video.facts();
  } catch (error) {
    logError("the facts of a video could not be read", error);
    return {};
  }
}
