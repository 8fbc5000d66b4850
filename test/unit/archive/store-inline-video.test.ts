import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { FAL_RESULT_MAX_BYTES, VIDEO_MAX_BYTES, WEBHOOK_BODY_MAX_BYTES } from "../../../lambdas/limits.ts";
import { answered, finish, hourMs, oneJob, REQUEST, VIDEO } from "../../support/one-job.ts";

const BYTES = Buffer.alloc(300_000, "film");
const INLINE = { url: dataUri("video/mp4", BYTES), file_name: "film.mp4" };
const ROW_MAX_BYTES = 8192;

type Scene = ReturnType<typeof oneJob>;

function dataUri(type: string, bytes: Buffer): string {
  return `data:${type};base64,${bytes.toString("base64")}`;
}

/** A job that asked for its video inline, at fal. */
async function queued(...policyChange: Parameters<typeof oneJob>) {
  const job = oneJob(...policyChange);
  await job.submit({ input: { ...REQUEST.input, sync_mode: true } });
  return job;
}

function keysIn({ service }: Scene): readonly string[] {
  return [...service.media.objects.keys()];
}

/** The job succeeded with the video in the bucket, and a row that stays small. */
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

describe("a video that comes inline", () => {
  it("in the webhook is kept, and nobody copies it again", async () => {
    const job = await queued();
    expect((await job.deliver("OK", { video: INLINE })).statusCode).toBe(200);
    expectKept(job);
    expect(job.row()).toMatchObject({ settled_by: "webhook", result: { video: { file_name: "film.mp4" } } });
    expect(job.row().archive_due).toBeUndefined();
    await job.archive();
    await job.sweepFor(hourMs);
    expect([job.service.media.state.puts, job.row().due_at]).toEqual([1, undefined]);
  });

  it("in the result, when it was too large for the webhook, is kept by the sweep", async () => {
    const job = await queued();
    finish(job.fal, answered(200, { video: INLINE }));
    await job.sweepFor(hourMs);
    expectKept(job);
    expect(job.row().settled_by).toBe("sweep");
  });

  it("is kept also where archiving is off: there is no other copy", async () => {
    const job = await queued({ archivesVideos: false });
    await job.deliver("OK", { video: INLINE });
    expectKept(job);
  });

  it("is had from the video route", async () => {
    const job = await queued();
    await job.deliver("OK", { video: INLINE });
    const location = String((await job.video()).headers?.location);
    expect(new URL(location).pathname).toBe(`/${job.row().video_key}`);
  });

  it("twice is kept once", async () => {
    const job = await queued();
    await job.deliver("OK", { video: INLINE });
    expect((await job.deliver("OK", { video: INLINE })).statusCode).toBe(200);
    expect(job.service.media.state.puts).toBe(1);
  });

  it("twice at the same time is kept once, and the other's object taken back (P3)", async () => {
    const job = await queued();
    const answers = await Promise.all([1, 2].map(() => job.deliver("OK", { video: INLINE })));
    expect(answers.map(({ statusCode }) => statusCode)).toEqual([200, 200]);
    expectKept(job);
  });

  it("for a job that failed meanwhile is kept beside its state", async () => {
    const job = await queued();
    await job.deliver("ERROR", { detail: "no" });
    await job.deliver("OK", { video: INLINE });
    expect(job.row()).toMatchObject({ status: "failed", late_result: { video: { file_size: BYTES.length } } });
    expect([job.row().archive_due, keysIn(job)]).toEqual([undefined, [job.row().video_key]]);
  });

  it("for a job that has its video already is not kept", async () => {
    const job = await queued();
    await job.deliver("OK", { video: VIDEO });
    const before = job.row();
    expect((await job.deliver("OK", { video: INLINE })).statusCode).toBe(200);
    expect([job.row(), keysIn(job)]).toEqual([before, []]);
  });

  it.each(["token", "request id"])("with another %s than the job's is not kept", async (what) => {
    const job = await queued();
    const url = job.fal.posts[0] ?? "";
    if (what === "token") job.fal.posts.push(url.replace(/[^/]+$/, "u".repeat(43)));
    const requestId = what === "token" ? "req-1" : "req-2";
    expect((await job.deliver("OK", { video: INLINE }, requestId)).statusCode).toBe(404);
    expect([job.row().status, job.service.media.state.puts]).toEqual(["queued", 0]);
  });

  it("while the bucket is down is a 503, and kept when fal delivers again", async () => {
    const job = await queued();
    job.service.media.state.isDown = true;
    expect((await job.deliver("OK", { video: INLINE })).statusCode).toBe(503);
    expect(job.row().status).toBe("queued");
    job.service.media.state.isDown = false;
    expect((await job.deliver("OK", { video: INLINE })).statusCode).toBe(200);
    expectKept(job);
  });

  it("whose last write fails is kept once fal delivers again, and goes with the job", async () => {
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

  it.each<[string, string]>([
    ["another type", dataUri("text/html", BYTES)],
    ["no base64", "data:video/mp4,abc"],
    ["no type", `data:;base64,${BYTES.toString("base64")}`],
    ["no bytes", "data:video/mp4;base64,"],
  ])("of %s fails the job, and nothing is kept", async (_, url) => {
    const job = await queued();
    expect((await job.deliver("OK", { video: { url } })).statusCode).toBe(200);
    expect(job.row()).toMatchObject({ status: "failed", error: { code: "result_unusable", retryable: false } });
    expect(keysIn(job)).toEqual([]);
  });

  it("never reaches the largest video that is kept: fal's answers end before", () => {
    expect(Math.max(FAL_RESULT_MAX_BYTES, WEBHOOK_BODY_MAX_BYTES)).toBeLessThan(VIDEO_MAX_BYTES);
  });
});
