import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { addFaults, call, inlineImage, submit, waitUntilKept, waitUntilSettled } from "./caller.ts";
import { type EmulatorStack, startWithEmulator } from "./emulator-stack.ts";
import { fetchVideo, openBucketOf } from "./files.ts";

let stack: EmulatorStack;

beforeAll(async () => {
  stack = await startWithEmulator({ SWEEP_SECONDS: "1" });
});
afterAll(() => stack?.close());

async function accept(prompt: string, input: object = {}): Promise<string> {
  const { status, body } = await submit(stack.url, { prompt, image_url: inlineImage, ...input });
  expect(status).toBe(202);
  return body.id;
}

describe("a video from fal", () => {
  it.each([
    ["quicktime", "video/quicktime", "mov", false],
    ["webm", "video/webm", "webm", false],
    ["gif", "image/gif", "gif", false],
    ["webm", "video/webm", "webm", true],
  ] as const)(
    "P31: a video that is %s is kept, served and named as %s (.%s), inline: %s",
    async (film, type, extension, sync_mode) => {
      const prompt = `${film} ${sync_mode}`;
      await addFaults(stack.falUrl, { prompt, film });
      const id = await accept(prompt, { sync_mode });
      const { result } = await waitUntilKept(stack.url, id);
      expect(result?.video).toMatchObject({ content_type: type });
      const { body } = await call(stack.url, `/jobs/${id}/video?redirect=0&download=1`);
      const served = await fetch(String(body.url));
      expect([served.headers.get("content-type"), served.headers.get("content-disposition")]).toEqual([
        type,
        `attachment; filename="${id}.${extension}"`,
      ]);
      const { sha256, file_size } = await fetchVideo(stack.url, id);
      expect(result?.video).toMatchObject({ sha256, file_size });
    },
  );

  it.each<[string, object]>([
    ["a part of it", { first_bytes: 5000 }],
    ["an HTML page as a video", { page: true }],
    ["a film as a text", { content_type: "text/html" }],
    ["more bytes than it has", { extra_bytes: 100 }],
    ["a transfer that breaks off", { cut_after_bytes: 5000 }],
  ])("P31: a video that comes once as %s is copied again, and only the whole one is kept", async (name, media) => {
    await addFaults(stack.falUrl, { prompt: name, media });
    const id = await accept(name);
    const { result, timeline } = await waitUntilKept(stack.url, id);
    expect(timeline.filter(({ event }) => event === "archived").map(({ by }) => by)).toEqual(["archive"]);
    const { bytes, sha256 } = await fetchVideo(stack.url, id);
    expect(result?.video).toMatchObject({ sha256, file_size: bytes.length, content_type: "video/mp4" });
    const bucket = await openBucketOf(stack.url);
    expect(await bucket.list(`videos/${id}/`)).toHaveLength(1);
    bucket.close();
  });

  it.each(["cut", "page"] as const)(
    "P31: a video with sync_mode that is %s fails the job, and nothing is kept",
    async (film) => {
      await addFaults(stack.falUrl, { prompt: film, film });
      const id = await accept(film, { sync_mode: true });
      expect(await waitUntilSettled(stack.url, id)).toMatchObject({
        status: "failed",
        error: { code: "result_unusable" },
      });
      const bucket = await openBucketOf(stack.url);
      expect(await bucket.list(`videos/${id}/`)).toEqual([]);
      bucket.close();
    },
  );
});
