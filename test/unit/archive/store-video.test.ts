import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { storeVideo, VideoRefused } from "../../../lambdas/archive/store-video.ts";
import type { Bucket } from "../../../lambdas/aws/bucket.ts";
import { VIDEO_MAX_BYTES } from "../../../lambdas/limits.ts";
import { createMemoryBucket } from "../../support/memory-bucket.ts";
import { boxHead } from "../../support/mp4.ts";
import { film } from "../../support/other-fal/film.ts";

const KEY = "videos/0193/a.mp4";
const MiB = 1024 * 1024;
const { signal } = new AbortController();

async function* chunksOf(bytes: Buffer, chunkBytes = 1000, failure?: Error) {
  for (let start = 0; start < bytes.length; start += chunkBytes) yield bytes.subarray(start, start + chunkBytes);
  if (failure) throw failure;
}

describe("storing a video", () => {
  it("storing a video leaves its bytes unchanged, and returns their metadata", async () => {
    const { bucket, objects } = createMemoryBucket();
    expect(await storeVideo(bucket, KEY, chunksOf(film), signal)).toEqual({
      file_size: film.length,
      sha256: createHash("sha256").update(film).digest("hex"),
      duration_seconds: 1,
      width: 320,
      height: 180,
      codec: expect.stringMatching(/^avc1\./),
    });
    expect([...objects]).toEqual([[KEY, film]]);
  });

  it("storing a video accepts bytes that are not an MP4, with less metadata", async () => {
    const { bucket, objects } = createMemoryBucket();
    const bytes = Buffer.from("not a film");
    const sha256 = createHash("sha256").update(bytes).digest("hex");
    expect(await storeVideo(bucket, KEY, chunksOf(bytes), signal)).toEqual({ file_size: 10, sha256 });
    expect(objects.get(KEY)).toEqual(bytes);
  });

  it.each<[string, AsyncIterable<Uint8Array>, RegExp]>([
    ["that is empty", chunksOf(Buffer.alloc(0)), /is empty/],
    ["that breaks off", chunksOf(film, 1000, new Error("terminated")), /terminated/],
    ["that breaks off at once", chunksOf(Buffer.alloc(0), 1, new Error("reset")), /reset/],
  ])("storing a video from a stream %s stores nothing, and may be retried", async (_, bytes, message) => {
    const { bucket, objects } = createMemoryBucket();
    const error = await storeVideo(bucket, KEY, bytes, signal).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ message: expect.stringMatching(message) });
    expect(error).not.toBeInstanceOf(VideoRefused);
    expect(objects.size).toBe(0);
  });

  it("storing a video rejects the first byte above the maximum size, and reads no more", async () => {
    const counted = countingBucket();
    const chunk = new Uint8Array(64 * MiB);
    async function* tooLong() {
      const head = boxHead("mdat", VIDEO_MAX_BYTES - 8);
      yield head;
      for (let taken = 0; taken < VIDEO_MAX_BYTES - chunk.length; taken += chunk.length) yield chunk;
      yield chunk.subarray(head.length);
      yield new Uint8Array(1);
      throw new Error("read on");
    }
    await expect(storeVideo(counted.bucket, KEY, tooLong(), signal)).rejects.toBeInstanceOf(VideoRefused);
    expect(counted.bytes()).toBe(VIDEO_MAX_BYTES);
  });
});

/** A bucket that counts the bytes it is given and stores none. */
function countingBucket() {
  let bytes = 0;
  const bucket: Bucket = {
    ...createMemoryBucket().bucket,
    async put(_key, _type, chunks) {
      for await (const chunk of chunks) bytes += chunk.length;
    },
  };
  return { bucket, bytes: () => bytes };
}
