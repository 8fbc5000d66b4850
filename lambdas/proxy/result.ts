import { type BucketAccess, presign } from "../aws/presign.ts";
import { type FalAnswer, falResult, isInlineResult } from "../fal/fal-form.ts";
import { Problem } from "../http/problem.ts";
import type { StreamAnswer } from "../http/streaming-api.ts";
import { isOpen, type Job } from "../job/job.ts";
import { PRESIGNED_URL_SECONDS, UPLOAD_READ_TIMEOUT_MS } from "../limits.ts";
import { aboutRequest } from "./answer.ts";

/** Placeholder in the answer for the bytes of an inline video. */
const URL_PLACEHOLDER = "@";
const BASE64_UNIT_BYTES = 3;

/**
 * A job's result in fal's form. An inline video is streamed inline from the bucket, because it may be larger than the
 * limit of an unstreamed answer.
 */
export async function answerResult(bucket: BucketAccess, job: Job): Promise<StreamAnswer> {
  const result = falResult(job);
  if (isOpen(job) || job.video_key === undefined || !isInlineResult(job)) return aboutRequest(job.id, result);
  const url = await presign(bucket, { method: "GET", key: job.video_key, expiresInSeconds: PRESIGNED_URL_SECONDS });
  const video = await open(url);
  const { status, headers } = aboutRequest(job.id, result);
  const text = JSON.stringify(withUrl(result.body, URL_PLACEHOLDER));
  const index = text.indexOf(`"${URL_PLACEHOLDER}"`);
  const type = contentTypeOf(result.body);
  const chunks = () =>
    around(
      `${text.slice(0, index + 1)}data:${type};base64,`,
      base64(video),
      text.slice(index + 1 + URL_PLACEHOLDER.length),
    );
  return { status, headers: { ...headers, "content-type": "application/json" }, chunks };
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
