import { describe, expect, it } from "vitest";
import { UPLOADS_SHARED_MAX_BYTES } from "../../../lambdas/limits.ts";
import type { Upload } from "../../../lambdas/submit/read-upload.ts";
import { shareUploads } from "../../../lambdas/submit/share-uploads.ts";

/** A bucket that counts how often each upload is read. */
function bucketOf(uploads: Readonly<Record<string, Upload>>) {
  const reads: string[] = [];
  const read = async (key: string): Promise<Upload> => {
    reads.push(key);
    await Promise.resolve();
    const upload = uploads[key];
    if (upload === undefined) throw new Error("S3 returned 503");
    return upload;
  };
  return { reads, read };
}

const file = (byteCount: number): Upload => ({ contentType: "image/png", bytes: Buffer.alloc(byteCount) });

describe("uploads that several jobs of one request name", () => {
  it("uploads that several jobs name are read once each", async () => {
    const { reads, read } = bucketOf({ a: file(1), b: "absent" });
    const shared = shareUploads(read, ["a", "b", "a", "b", "a"]);
    const [first, second] = await Promise.all([shared("a"), shared("a")]);
    expect(await shared("a")).toBe(first);
    expect(second).toBe(first);
    expect([await shared("b"), await shared("b")]).toEqual(["absent", "absent"]);
    expect(reads).toEqual(["a", "b"]);
  });

  it("an upload is not kept when the last job has used it", async () => {
    const { reads, read } = bucketOf({ a: file(1) });
    const shared = shareUploads(read, ["a", "a"]);
    for (let times = 0; times < 4; times++) await shared("a");
    expect(reads.length).toBeGreaterThan(1);
  });

  it("an upload is read again after a failure", async () => {
    const { reads, read } = bucketOf({});
    const shared = shareUploads(read, ["a", "a", "a"]);
    await expect(shared("a")).rejects.toThrow("503");
    await expect(shared("a")).rejects.toThrow("503");
    expect(reads).toHaveLength(2);
  });

  it("P28: uploads beyond a number of bytes are read again rather than kept", async () => {
    const half = file(Math.floor(UPLOADS_SHARED_MAX_BYTES / 2) + 1);
    const { reads, read } = bucketOf({ a: half, b: half, c: file(10) });
    const shared = shareUploads(read, ["a", "b", "c", "a", "b", "c"]);
    for (const key of ["a", "b", "c", "a", "b", "c"]) await shared(key);
    expect(reads).toEqual(["a", "b", "c", "b"]);
  });
});
