import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { type Bucket, openBucket } from "../../../lambdas/aws/bucket.ts";
import { presign } from "../../../lambdas/aws/presign.ts";
import { uploadReader } from "../../../lambdas/submit/read-upload.ts";
import { localCaller } from "../../../local/stack/locality.ts";
import { startTemporaryBuckets } from "../../support/buckets.ts";
import { PICTURES } from "../../support/pictures.ts";

const NAME = "media";
const MiB = 1024 * 1024;
const never = new AbortController().signal;

let server: Awaited<ReturnType<typeof startTemporaryBuckets>>;
let bucket: Bucket;
beforeAll(async () => {
  vi.stubEnv("AWS_ACCESS_KEY_ID", localCaller.credentials.accessKeyId);
  vi.stubEnv("AWS_SECRET_ACCESS_KEY", localCaller.credentials.secretAccessKey);
  server = await startTemporaryBuckets([{ name: NAME, cors: [] }]);
  bucket = openBucket(NAME, server.url);
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await server.close();
});

const access = () => ({
  bucketUrl: `${server.url}/${NAME}`,
  region: localCaller.region,
  credentials: async () => localCaller.credentials,
});

async function* chunksOf(bytes: Uint8Array, chunkBytes: number, failure?: Error) {
  for (let start = 0; start < bytes.length; start += chunkBytes) yield bytes.subarray(start, start + chunkBytes);
  if (failure) throw failure;
}

async function read(key: string): Promise<Response> {
  return fetch(await presign(access(), { method: "GET", key, expiresInSeconds: 60 }));
}

describe("the bucket", () => {
  it.each([
    ["one byte", 1, 1000],
    ["less than a part", MiB, 65_536],
    ["more than two parts", 11 * MiB + 1, 100_001],
  ])("the bucket stores a stream of %s, complete and with its type", async (_, size, chunkBytes) => {
    const bytes = randomBytes(size);
    await bucket.put("videos/whole.mp4", "video/mp4", chunksOf(bytes, chunkBytes), never);
    const response = await read("videos/whole.mp4");
    expect(response.headers.get("content-type")).toBe("video/mp4");
    expect(Buffer.from(await response.arrayBuffer()).equals(bytes)).toBe(true);
  });

  it.each([
    ["at its first byte", 0],
    ["within its first part", MiB],
    ["after a part went", 11 * MiB],
  ])("the bucket has no object of a stream that breaks off %s, and throws the stream's error", async (_, size) => {
    const broken = chunksOf(new Uint8Array(size), MiB, new Error("the CDN hung up"));
    await expect(bucket.put("broken/a.mp4", "video/mp4", broken, never)).rejects.toThrow("the CDN hung up");
    expect(await server.keys("broken/")).toEqual([]);
  });

  it("the bucket has no object of a stream that took too long", async () => {
    const limit = new AbortController();
    async function* slow() {
      yield new Uint8Array(6 * MiB);
      limit.abort();
      yield new Uint8Array(6 * MiB);
    }
    await expect(bucket.put("slow/a.mp4", "video/mp4", slow(), limit.signal)).rejects.toThrow();
    await expect(bucket.put("slow/b.mp4", "video/mp4", slow(), limit.signal)).rejects.toThrow();
    expect(await server.keys("slow/")).toEqual([]);
  });

  it("the bucket removes an object, and accepts that it is already gone", async () => {
    await bucket.put("uploads/o/a", "image/png", chunksOf(PICTURES["image/png"], 50), never);
    await bucket.remove("uploads/o/a");
    await bucket.remove("uploads/o/a");
    expect(await server.keys("uploads/")).toEqual([]);
  });

  it("the bucket removes all objects of a prefix, and no others", async () => {
    const put = (key: string) => bucket.put(key, "video/mp4", chunksOf(Buffer.from("x"), 1), never);
    for (let index = 0; index < 30; index++) await put(`videos/many/${index}`);
    await put("videos/many2/0");
    expect(await bucket.removeAll("videos/many/")).toBe(30);
    expect(await bucket.removeAll("videos/many/")).toBe(0);
    expect(await server.keys("videos/many")).toEqual(["videos/many2/0"]);
  });

  it("the bucket throws an error that says so when it cannot be reached", async () => {
    const nowhere = openBucket(NAME, "http://127.0.0.1:9");
    await expect(nowhere.remove("a")).rejects.toThrow();
    await expect(nowhere.removeAll("a")).rejects.toThrow();
    await expect(nowhere.put("a", "video/mp4", chunksOf(Buffer.from("x"), 1), never)).rejects.toThrow();
  });
});

describe("an upload read back (P25)", () => {
  const readUpload = (key: string) => uploadReader(access())(key);

  it("an upload read back (P25) has its bytes and the type that it was put with", async () => {
    const bytes = PICTURES["image/webp"];
    await bucket.put("uploads/o/b", "image/webp", chunksOf(bytes, 50), never);
    expect(await readUpload("uploads/o/b")).toEqual({ contentType: "image/webp", bytes });
  });

  it("an upload read back (P25) that was never put is absent", async () => {
    expect(await readUpload("uploads/o/never")).toBe("absent");
  });

  it("an upload read back (P25) is too large above 25 MB, and then deleted, and not at 25 MB", async () => {
    const bytes = new Uint8Array(25 * MiB + 1);
    await bucket.put("uploads/o/large", "image/png", chunksOf(bytes, MiB), never);
    expect(await readUpload("uploads/o/large")).toBe("too_large");
    expect(await readUpload("uploads/o/large")).toBe("absent");
    await bucket.put("uploads/o/fits", "image/png", chunksOf(bytes.subarray(1), MiB), never);
    expect(await readUpload("uploads/o/fits")).toMatchObject({ bytes: { length: 25 * MiB } });
  });

  it("an upload read back (P25) is an error when S3 rejects the request or cannot be reached", async () => {
    const stranger = { ...access(), credentials: async () => ({ accessKeyId: "x", secretAccessKey: "y" }) };
    await expect(uploadReader(stranger)("uploads/o/b")).rejects.toThrow("S3 returned 403");
    await expect(uploadReader({ ...access(), bucketUrl: "http://127.0.0.1:9" })("a")).rejects.toThrow();
  });
});
