import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { publicJob } from "../../../lambdas/contract/public-job.ts";
import { FAL_RESULT_MAX_BYTES, VIDEO_MAX_BYTES, WEBHOOK_BODY_MAX_BYTES } from "../../../lambdas/limits.ts";
import { birth } from "../../support/jobs.ts";
import { tinyFilm } from "../../support/mp4.ts";
import { answered, finish, hourMs, oneJob, REQUEST, VIDEO } from "../../support/one-job.ts";
import { brokenVideos, wholeVideos } from "../../support/videos.ts";

const BYTES = tinyFilm(Buffer.alloc(300_000, "film"));
const INLINE = { url: dataUri("video/mp4", BYTES), file_name: "film.mp4" };
const ROW_MAX_BYTES = 8192;

type Scene = ReturnType<typeof oneJob>;

function dataUri(type: string, bytes: Buffer): string {
  return `data:${type};base64,${bytes.toString("base64")}`;
}

/** A job at fal that requested its video inline. */
async function queued(...policyChange: Parameters<typeof oneJob>) {
  const job = oneJob(...policyChange);
  await job.submit({ input: { ...REQUEST.input, sync_mode: true } });
  return job;
}

function keysIn({ service }: Scene): readonly string[] {
  return [...service.media.objects.keys()];
}

/** The job succeeded with the video in the bucket, and its row stays small. */
function expectKept(job: Scene): void {
  const row = job.row();
  expect(keysIn(job)).toEqual([row.video_key]);
  expect(row).toMatchObject({ status: "succeeded", result: { video: { file_size: BYTES.length } } });
  expect(row.result?.video).toMatchObject({
    url: `https://api.example.com/prod/jobs/${row.id}/video`,
    content_type: "video/mp4",
    sha256: createHash("sha256").update(BYTES).digest("hex"),
  });
  expect(JSON.stringify(row).length).toBeLessThan(ROW_MAX_BYTES);
}

describe("an inline video", () => {
  it("an inline video in the webhook is stored, and not copied again", async () => {
    const job = await queued();
    expect((await job.deliver("OK", { video: INLINE })).statusCode).toBe(200);
    expectKept(job);
    expect(job.row()).toMatchObject({ settled_by: "webhook", result: { video: { file_name: "film.mp4" } } });
    expect(job.row().archive_due).toBeUndefined();
    await job.archive();
    await job.sweepFor(hourMs);
    expect([job.service.media.state.puts, job.row().due_at]).toEqual([1, undefined]);
  });

  it("an inline video in the result, when it was too large for the webhook, is stored by the sweep", async () => {
    const job = await queued();
    finish(job.fal, answered(200, { video: INLINE }));
    await job.sweepFor(hourMs);
    expectKept(job);
    expect(job.row().settled_by).toBe("sweep");
  });

  it("an inline video is stored even when archiving is disabled, because there is no other copy", async () => {
    const job = await queued({ archivesVideos: false });
    await job.deliver("OK", { video: INLINE });
    expectKept(job);
  });

  it("an inline video is available from the video route", async () => {
    const job = await queued();
    await job.deliver("OK", { video: INLINE });
    const location = String((await job.video()).headers?.location);
    expect(new URL(location).pathname).toBe(`/${job.row().video_key}`);
  });

  it("an inline video has the API's URL of today, not that of when it was stored", () => {
    const job = birth();
    const shown = (url: string) => publicJob({ ...job, result: { video: { url } } }, "https://api.example.com").result;
    const path = `/jobs/${job.id}/video`;
    expect(shown(`https://old.example.com${path}`)?.video.url).toBe(`https://api.example.com${path}`);
    expect(shown("https://v3.fal.media/files/a.mp4")?.video.url).toBe("https://v3.fal.media/files/a.mp4");
  });

  it("an inline video delivered twice is stored once", async () => {
    const job = await queued();
    await job.deliver("OK", { video: INLINE });
    expect((await job.deliver("OK", { video: INLINE })).statusCode).toBe(200);
    expect(job.service.media.state.puts).toBe(1);
  });

  it("an inline video delivered twice at the same time is stored once, and the other object is removed (P3)", async () => {
    const job = await queued();
    const answers = await Promise.all([1, 2].map(() => job.deliver("OK", { video: INLINE })));
    expect(answers.map(({ statusCode }) => statusCode)).toEqual([200, 200]);
    expectKept(job);
  });

  it("an inline video for a job that failed meanwhile is stored beside its state", async () => {
    const job = await queued();
    await job.deliver("ERROR", { detail: "no" });
    await job.deliver("OK", { video: INLINE });
    expect(job.row()).toMatchObject({ status: "failed", late_result: { video: { file_size: BYTES.length } } });
    expect([job.row().archive_due, keysIn(job)]).toEqual([undefined, [job.row().video_key]]);
  });

  it("an inline video for a job that already has its video is not stored", async () => {
    const job = await queued();
    await job.deliver("OK", { video: VIDEO });
    const before = job.row();
    expect((await job.deliver("OK", { video: INLINE })).statusCode).toBe(200);
    expect([job.row(), keysIn(job)]).toEqual([before, []]);
  });

  it.each(["token", "request id"])("an inline video with a %s other than the job's is not stored", async (what) => {
    const job = await queued();
    const url = job.fal.posts[0] ?? "";
    if (what === "token") job.fal.posts.push(url.replace(/[^/]+$/, "u".repeat(43)));
    const requestId = what === "token" ? "req-1" : "req-2";
    expect((await job.deliver("OK", { video: INLINE }, requestId)).statusCode).toBe(404);
    expect([job.row().status, job.service.media.state.puts]).toEqual(["queued", 0]);
  });

  it("an inline video while the bucket is down is a 503, and is stored when fal delivers again", async () => {
    const job = await queued();
    job.service.media.state.isDown = true;
    expect((await job.deliver("OK", { video: INLINE })).statusCode).toBe(503);
    expect(job.row().status).toBe("queued");
    job.service.media.state.isDown = false;
    expect((await job.deliver("OK", { video: INLINE })).statusCode).toBe(200);
    expectKept(job);
  });

  it("an inline video whose last write fails is stored when fal delivers again, and deleted with the job", async () => {
    const job = await queued();
    const { media, state } = job.service;
    const { put } = media.bucket;
    media.bucket.put = async (...object) => {
      await put(...object);
      state.tableIsDown = media.state.puts === 1;
    };
    expect((await job.deliver("OK", { video: INLINE })).statusCode).toBe(503);
    state.tableIsDown = false;
    expect((await job.deliver("OK", { video: INLINE })).statusCode).toBe(200);
    expect(keysIn(job)).toContain(job.row().video_key);
    await job.remove();
    expect(keysIn(job)).toEqual([]);
  });

  it("P31: an inline video of another size than fal says fails the job, and nothing is kept", async () => {
    for (const file_size of [BYTES.length - 1, BYTES.length + 1]) {
      const job = await queued();
      await job.deliver("OK", { video: { ...INLINE, file_size } });
      expect(job.row()).toMatchObject({ status: "failed", error: { code: "result_unusable", retryable: false } });
      expect(keysIn(job)).toEqual([]);
    }
  });

  it.each<[string, string]>([
    ["as octets", dataUri("application/octet-stream", BYTES)],
    ["without a type", dataUri("", BYTES)],
    ["as another film", dataUri("video/webm", BYTES)],
    ["with parameters", dataUri("video/mp4;codecs=avc1;name=a.mp4", BYTES)],
    ["with a comma in a quoted parameter", dataUri('video/mp4;codecs="avc1.42c00b, mp4a.40.2"', BYTES)],
    ["in capitals", dataUri("VIDEO/MP4", BYTES).replace("data:", "DATA:").replace(";base64", ";BASE64")],
    ["with escapes", `data:video/mp4;base64,${encodeURIComponent(BYTES.toString("base64"))}`],
    ["in lines", `data:video/mp4;base64,${BYTES.toString("base64").replace(/.{76}/g, "$&\r\n")}`],
  ])("P31: an inline video that comes %s is kept when it is a whole film", async (_, url) => {
    const job = await queued();
    await job.deliver("OK", { video: { ...INLINE, url, file_size: BYTES.length } });
    expectKept(job);
  });

  it.each(["a WebM", "a GIF", "a QuickTime film"])(
    "P31: an inline video is stored, recorded and named as %s when it is one",
    async (kind) => {
      const [bytes, type] = wholeVideos[kind] ?? [];
      const job = await queued();
      await job.deliver("OK", {
        video: { url: dataUri("video/mp4", bytes ?? Buffer.alloc(0)), file_name: "film.mp4" },
      });
      const { video_key = "", result } = job.row();
      const extension = video_key.slice(video_key.lastIndexOf("."));
      expect(result?.video).toMatchObject({ content_type: type, file_name: `film${extension}` });
      expect(job.service.media.types.get(video_key)).toBe(type);
    },
  );

  it.each<[string, string]>([
    ["another type", dataUri("text/html", BYTES)],
    ["no base64", "data:video/mp4,abc"],
    ["a text of another kind", dataUri("application/problem+json; charset=utf-8", BYTES)],
    ["no bytes", "data:video/mp4;base64,"],
    ["no comma", "data:video/mp4;base64"],
    ["a comma far away", `data:video/mp4;name=${"a".repeat(1100)};base64,${BYTES.toString("base64")}`],
    ["wrong escapes", `${dataUri("video/mp4", BYTES)}%zz`],
    ...Object.entries(brokenVideos).map(([name, bytes]) => [name, dataUri("video/mp4", bytes)] as [string, string]),
  ])("P31: an inline video of %s fails the job, and nothing is kept", async (_, url) => {
    const job = await queued();
    expect((await job.deliver("OK", { video: { url } })).statusCode).toBe(200);
    expect(job.row()).toMatchObject({ status: "failed", error: { code: "result_unusable", retryable: false } });
    expect(keysIn(job)).toEqual([]);
  });

  it("an inline video never reaches the maximum size of a stored video, because fal's answers are limited below it", () => {
    expect(Math.max(FAL_RESULT_MAX_BYTES, WEBHOOK_BODY_MAX_BYTES)).toBeLessThan(VIDEO_MAX_BYTES);
  });
});
