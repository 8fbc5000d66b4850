import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { NotAWholeVideo, storeVideo, VideoRefused } from "../../../lambdas/archive/store-video.ts";
import type { Bucket } from "../../../lambdas/aws/bucket.ts";
import { VIDEO_MAX_BYTES } from "../../../lambdas/limits.ts";
import { createMemoryBucket } from "../../support/memory-bucket.ts";
import { boxHead } from "../../support/mp4.ts";
import { film } from "../../support/other-fal/film.ts";
import { brokenVideos, wholeVideos } from "../../support/videos.ts";

const NAME = "videos/0193/a";
const KEY = `${NAME}.mp4`;
const MiB = 1024 * 1024;
const { signal } = new AbortController();

async function* chunksOf(bytes: Buffer, chunkBytes = 1000, failure?: Error) {
  for (let start = 0; start < bytes.length; start += chunkBytes) yield bytes.subarray(start, start + chunkBytes);
  if (failure) throw failure;
}

describe("storing a video", () => {
  it("storing a video leaves its bytes unchanged, and returns their metadata", async () => {
    const { bucket, objects } = createMemoryBucket();
    const said = { file_size: film.length, file_name: "output.webm" };
    expect(await storeVideo(bucket, NAME, said, chunksOf(film), signal)).toEqual({
      videoKey: KEY,
      file: {
        file_name: "output.mp4",
        file_size: film.length,
        sha256: createHash("sha256").update(film).digest("hex"),
        content_type: "video/mp4",
        duration_seconds: 1,
        width: 320,
        height: 180,
        codec: expect.stringMatching(/^avc1\./),
      },
    });
    expect([...objects]).toEqual([[KEY, film]]);
  });

  it.each(Object.entries(wholeVideos))(
    "P31: storing a video stores %s under its own type",
    async (_, [bytes, content_type, facts]) => {
      const { bucket, objects, types } = createMemoryBucket();
      const { videoKey, file } = await storeVideo(bucket, NAME, {}, chunksOf(bytes), signal);
      const sha256 = createHash("sha256").update(bytes).digest("hex");
      expect(file).toEqual({ file_size: bytes.length, sha256, content_type, ...facts });
      expect([...objects]).toEqual([[videoKey, bytes]]);
      expect(types.get(videoKey)).toBe(content_type);
    },
  );

  it.each(Object.entries(brokenVideos))(
    "P31: storing a video stores nothing of %s, and it may be tried again",
    async (_, bytes) => {
      const { bucket, objects } = createMemoryBucket();
      await expect(storeVideo(bucket, NAME, {}, chunksOf(bytes), signal)).rejects.toBeInstanceOf(NotAWholeVideo);
      expect(objects.size).toBe(0);
    },
  );

  it.each([-1, 1])(
    "P31: storing a video stores nothing of a whole film whose size differs from what fal says by %i",
    async (by) => {
      const { bucket, objects } = createMemoryBucket();
      const stored = storeVideo(bucket, NAME, { file_size: film.length + by }, chunksOf(film), signal);
      await expect(stored).rejects.toBeInstanceOf(NotAWholeVideo);
      expect(objects.size).toBe(0);
    },
  );

  it("storing a video ends its source when the bucket fails", async () => {
    const { bucket, state } = createMemoryBucket();
    state.isDown = true;
    let isEnded = false;
    async function* source() {
      try {
        yield* chunksOf(film);
      } finally {
        isEnded = true;
      }
    }
    await expect(storeVideo(bucket, NAME, {}, source(), signal)).rejects.toThrow("the bucket is down");
    expect(isEnded).toBe(true);
  });

  it.each<[string, AsyncIterable<Uint8Array>, RegExp]>([
    ["that is empty", chunksOf(Buffer.alloc(0)), /not those of a video/],
    ["that breaks off", chunksOf(film, 1000, new Error("terminated")), /terminated/],
    ["that breaks off at once", chunksOf(Buffer.alloc(0), 1, new Error("reset")), /reset/],
  ])("storing a video from a stream %s stores nothing, and may be retried", async (_, bytes, message) => {
    const { bucket, objects } = createMemoryBucket();
    const error = await storeVideo(bucket, NAME, {}, bytes, signal).catch((reason: unknown) => reason);
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
    await expect(storeVideo(counted.bucket, NAME, {}, tooLong(), signal)).rejects.toBeInstanceOf(VideoRefused);
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
    remove: async () => {},
  };
  return { bucket, bytes: () => bytes };
}
