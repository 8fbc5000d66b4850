import { type BucketAccess, presign } from "../aws/presign.ts";
import { type FalAnswer, falResult, isInlineResult } from "../fal/fal-form.ts";
import { Problem } from "../http/problem.ts";
import type { StreamAnswer } from "../http/streaming-api.ts";
import { isOpen, type Job } from "../job/job.ts";
import { PRESIGNED_URL_SECONDS, PROXY_STREAM_MAX_MS, UPLOAD_READ_TIMEOUT_MS } from "../limits.ts";
import { limitedStream, type StreamLimiter } from "../routes/events/limited-stream.ts";
import { aboutRequest } from "./answer.ts";

/** Placeholder in the answer for the bytes of an inline video. */
const URL_PLACEHOLDER = "@";
const BASE64_UNIT_BYTES = 3;

export interface ResultReader extends StreamLimiter {
  readonly bucket: BucketAccess;
}

/**
 * A job's result in fal's form. An inline video is streamed inline from the bucket, because it may be larger than the
 * limit of an unstreamed answer. As long as its reader wants, it keeps a function busy, so an owner may have only some
 * of them at once (rule P30). Throws `rate_limited`, which fal's client retries, and `storage_unavailable`.
 */
export async function answerResult(service: ResultReader, job: Job): Promise<StreamAnswer> {
  const result = falResult(job);
  const { status, headers } = aboutRequest(job.id, result);
  const { video_key: key } = job;
  if (isOpen(job) || key === undefined || !isInlineResult(job)) return aboutRequest(job.id, result);
  const chunks = await limitedStream(service, {
    kind: "results",
    owner: job.owner,
    maxMs: PROXY_STREAM_MAX_MS,
    open: async () => {
      const video = await open(
        await presign(service.bucket, { method: "GET", key, expiresInSeconds: PRESIGNED_URL_SECONDS }),
      );
      return () => withVideo(result.body, video);
    },
  });
  return { status, headers: { ...headers, "content-type": "application/json" }, chunks };
}

/** The output with the bytes of its video as a data URI. */
function withVideo(body: FalAnswer["body"], video: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const text = JSON.stringify(withUrl(body, URL_PLACEHOLDER));
  const index = text.indexOf(`"${URL_PLACEHOLDER}"`) + 1;
  return around(
    `${text.slice(0, index)}data:${contentTypeOf(body)};base64,`,
    base64(video),
    text.slice(index + URL_PLACEHOLDER.length),
  );
}

/** Streams the bytes. Throws `storage_unavailable`; a retry may succeed. */
async function open(url: string): Promise<AsyncIterable<Uint8Array>> {
  const late = new AbortController();
  const timer = setTimeout(() => late.abort(), UPLOAD_READ_TIMEOUT_MS);
  try {
    const { ok, status, body } = await fetch(url, { redirect: "error", signal: late.signal });
    if (!ok || body === null) throw new Error(`S3 returned ${status} for a video.`);
    return body as AsyncIterable<Uint8Array>;
  } catch (cause) {
    throw new Problem("storage_unavailable", "The video is temporarily unavailable. Try again.", { cause });
  } finally {
    clearTimeout(timer);
  }
}

/** Puts the URL before fal's other output fields. */
function withUrl({ video, ...body }: FalAnswer["body"], url: string) {
  const { url: _, ...others } = typeof video === "object" && video !== null && "url" in video ? video : { url };
  return { video: { url, ...others }, ...body };
}

function contentTypeOf({ video }: FalAnswer["body"]): string {
  const type = typeof video === "object" && video !== null && "content_type" in video ? video.content_type : undefined;
  return typeof type === "string" ? type : "video/mp4";
}

async function* around(before: string, middle: AsyncIterable<string>, after: string): AsyncGenerator<string> {
  yield before;
  yield* middle;
  yield after;
}

/** Three bytes become four characters; remaining bytes of a piece are encoded with the next piece. */
async function* base64(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  let rest: Buffer = Buffer.alloc(0);
  for await (const piece of pieces) {
    const bytes = Buffer.concat([rest, piece]);
    const whole = bytes.length - (bytes.length % BASE64_UNIT_BYTES);
    yield bytes.toString("base64", 0, whole);
    rest = bytes.subarray(whole);
  }
  yield rest.toString("base64");
}
