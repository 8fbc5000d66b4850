import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { VideoRefused } from "../../../lambdas/archive/store-video.ts";
import { NotFalMedia } from "../../../lambdas/fal/media.ts";
import { collectLogs } from "../../support/logs.ts";
import { tinyFilm } from "../../support/mp4.ts";
import { hourMs, oneJob, VIDEO } from "../../support/one-job.ts";
import { wholeVideos } from "../../support/videos.ts";

const BYTES = tinyFilm("a video");
const KEPT = {
  file_size: BYTES.length,
  sha256: createHash("sha256").update(BYTES).digest("hex"),
  content_type: "video/mp4",
  duration_seconds: 5,
  width: 640,
  height: 480,
};
const secondMs = 1000;
const dayMs = 24 * hourMs;

type Scene = Awaited<ReturnType<typeof succeeded>>;

/** A job that has just succeeded; fal's CDN has its video, or is down. */
async function succeeded({ cdnIsDown = false } = {}) {
  const job = oneJob();
  await job.submit();
  await job.deliver("OK", { video: VIDEO });
  if (!cdnIsDown) job.service.videos.set(VIDEO.url, BYTES);
  return job;
}

/** Moves the clock to the next due copy, and sweeps. Returns how far it moved. */
async function sweepWhenDue({ service, row }: Scene): Promise<number> {
  const waitedMs = (row().archive_due ?? service.state.nowMs) - service.state.nowMs;
  service.state.nowMs += waitedMs;
  await service.sweep();
  return waitedMs;
}

function eventsOf({ row }: Scene): readonly string[] {
  return row().timeline.map(({ event }) => event);
}

function keysIn({ service }: Scene): readonly string[] {
  return [...service.media.objects.keys()];
}

/** The job names the only object, has its metadata, and is otherwise unchanged. */
function expectKept(scene: Scene): void {
  const row = scene.row();
  expect(row).toMatchObject({ status: "succeeded", result: { video: { ...VIDEO, ...KEPT } } });
  expect(row.archive_due).toBeUndefined();
  expect(keysIn(scene)).toEqual([row.video_key]);
  expect(row.video_key).toMatch(new RegExp(`^videos/${row.id}/[^/]+\\.mp4$`));
  expect(eventsOf(scene)).toEqual(["submitting", "queued", "succeeded", "archived"]);
}

describe("a job's video", () => {
  it("a job's video is archived once, as soon as the stream reports that the job succeeded", async () => {
    const scene = await succeeded();
    await scene.archive();
    expectKept(scene);
    await scene.tell();
    const { version, due_at } = scene.row();
    expect(due_at).toBeUndefined();
    await scene.archive();
    await scene.sweepFor(5 * hourMs);
    expect([scene.row().version, scene.service.media.state.puts]).toEqual([version, 1]);
  });

  it("a job's video is archived by the sweep when no stream reports the job", async () => {
    const scene = await succeeded();
    await scene.service.sweep();
    expectKept(scene);
  });

  it("a job's video is archived once after ten failed copies, each retry later than the one before", async () => {
    const scene = await succeeded({ cdnIsDown: true });
    await scene.archive();
    const waits: number[] = [];
    while (waits.length < 9) waits.push(await sweepWhenDue(scene));
    expect(waits).toEqual([5, 10, 20, 40, 80, 160, 320, 640, 1280].map((seconds) => seconds * 0.75 * secondMs));
    expect(scene.row()).toMatchObject({ status: "succeeded", archive_attempts: 10 });
    expect(keysIn(scene)).toEqual([]);
    scene.service.videos.set(VIDEO.url, BYTES);
    await sweepWhenDue(scene);
    expectKept(scene);
    expect(scene.row().archive_attempts).toBe(11);
  });

  it("a job's video is given up after the seven days for which fal certainly stores it, with a metric, and the job still counts as succeeded", async () => {
    const { metrics } = collectLogs();
    const scene = await succeeded({ cdnIsDown: true });
    const begunMs = scene.service.state.nowMs;
    const waits: number[] = [];
    while (scene.row().archive_due !== undefined) waits.push(await sweepWhenDue(scene));
    expect(scene.row()).toMatchObject({ status: "succeeded", result: { video: VIDEO } });
    expect(eventsOf(scene).slice(-2)).toEqual(["succeeded", "archive_abandoned"]);
    expect(new Set(metrics)).toEqual(new Set(["PaidNotDelivered", "VideoNotKept"]));
    expect(Math.max(...waits)).toBeLessThanOrEqual(hourMs);
    const tookMs = scene.service.state.nowMs - begunMs;
    expect(tookMs).toBeGreaterThan(7 * dayMs);
    expect(tookMs).toBeLessThan(7 * dayMs + 2 * hourMs);
  });

  it.each<[string, Buffer, object]>([
    ["an HTML page", Buffer.from("<html>Sorry</html>"), {}],
    ["a film that breaks off", BYTES.subarray(0, -1), {}],
    ["a whole film of fewer bytes than fal says", BYTES, { file_size: BYTES.length + 1 }],
    ["a whole film of more bytes than fal says", BYTES, { file_size: BYTES.length - 1 }],
  ])("P31: a video that comes as %s is tried again, and nothing of it is kept or recorded", async (_, bytes, said) => {
    const job = oneJob();
    await job.submit();
    await job.deliver("OK", { video: { ...VIDEO, ...said } });
    job.service.videos.set(VIDEO.url, bytes);
    await job.archive();
    expect(keysIn(job)).toEqual([]);
    expect(job.row()).toMatchObject({ status: "succeeded", archive_due: expect.any(Number), archive_attempts: 1 });
    expect(job.row().result).toEqual({ video: { ...VIDEO, ...said } });
    if ("file_size" in said) return;
    job.service.videos.set(VIDEO.url, BYTES);
    await sweepWhenDue(job);
    expectKept(job);
  });

  it("P31: a video is stored, recorded and named by its bytes, whatever fal says", async () => {
    const [bytes] = wholeVideos["a WebM"] ?? [];
    const job = oneJob();
    await job.submit();
    const video = { ...VIDEO, content_type: "video/mp4", file_name: "output.mp4", file_size: bytes?.length };
    await job.deliver("OK", { video });
    job.service.videos.set(VIDEO.url, bytes ?? Buffer.alloc(0));
    await job.archive();
    const { video_key = "", result } = job.row();
    expect(result?.video).toMatchObject({ content_type: "video/webm", file_name: "output.webm", duration_seconds: 1 });
    expect(video_key).toMatch(/\.webm$/);
    expect(job.service.media.types.get(video_key)).toBe("video/webm");
  });

  it.each([
    ["is not fal's (P23)", new NotFalMedia("elsewhere")],
    ["is too large", new VideoRefused("too large")],
  ])("a job's video that %s is given up immediately, and nothing of it is stored", async (_, reason) => {
    const { metrics } = collectLogs();
    const scene = await succeeded();
    scene.service.state.duringCopy = () => Promise.reject(reason);
    await scene.archive();
    expect(eventsOf(scene).at(-1)).toBe("archive_abandoned");
    expect(scene.row()).toMatchObject({ status: "succeeded", archive_attempts: 1 });
    expect([scene.row().archive_due, keysIn(scene), metrics]).toEqual([
      undefined,
      [],
      ["VideoNotKept", "PaidNotDelivered"],
    ]);
  });

  it("a job's video stays at fal when archiving is disabled", async () => {
    const job = oneJob({ archivesVideos: false });
    await job.submit();
    await job.deliver("OK", { video: VIDEO });
    await job.archive();
    await job.sweepFor(hourMs);
    expect(job.row()).toMatchObject({ status: "succeeded", result: { video: VIDEO } });
    expect([job.row().due_at, job.service.media.state.puts]).toEqual([undefined, 0]);
  });
});

describe("an archiver", () => {
  it("P3: an archiver whose job is deleted meanwhile removes its object", async () => {
    const scene = await succeeded();
    scene.service.state.duringCopy = scene.remove;
    expect(await scene.archive()).toEqual({ batchItemFailures: [] });
    expect([scene.service.rows().size, keysIn(scene)]).toEqual([0, []]);
  });

  it("P3: an archiver whose last write fails removes its object when the job is gone", async () => {
    const scene = await succeeded();
    const { state } = scene.service;
    state.duringCopy = async () => {
      await scene.remove();
      state.refusesWrites = true;
    };
    await scene.archive();
    expect(keysIn(scene)).toEqual([]);
  });

  it("P3: an archiver that another one overtakes after its lease removes its own object and leaves the other's", async () => {
    const scene = await succeeded();
    const { state } = scene.service;
    state.duringCopy = async () => {
      state.duringCopy = async () => undefined;
      await sweepWhenDue(scene);
    };
    await scene.archive();
    expect(scene.service.media.state.puts).toBe(2);
    expectKept(scene);
  });

  it("P7: an archiver skips a job that another one has claimed", async () => {
    const scene = await succeeded();
    const { state } = scene.service;
    state.duringCopy = async () => {
      state.duringCopy = () => Promise.reject(new Error("two at once"));
      await scene.archive();
      state.nowMs += 99 * secondMs;
      await scene.service.sweep();
    };
    await scene.archive();
    expectKept(scene);
  });

  it("an archiver whose last write was stored without its knowledge keeps the object that the job names (P2)", async () => {
    const scene = await succeeded();
    const { state } = scene.service;
    state.duringCopy = async () => Object.assign(state, { losesAnswers: true });
    await scene.archive();
    state.losesAnswers = false;
    expectKept(scene);
  });

  it("an archiver whose last write fails leaves nothing that outlives the job", async () => {
    const scene = await succeeded();
    const { state } = scene.service;
    state.duringCopy = async () => Object.assign(state, { tableIsDown: true });
    await scene.archive();
    Object.assign(state, { tableIsDown: false, duringCopy: async () => undefined });
    await sweepWhenDue(scene);
    expect(keysIn(scene)).toContain(scene.row().video_key);
    expect(eventsOf(scene).filter((event) => event === "archived")).toHaveLength(1);
    await scene.remove();
    expect(keysIn(scene)).toEqual([]);
  });

  it("P31: an archiver whose copy S3 stored without an answer removes it, and tries again later", async () => {
    const scene = await succeeded();
    const { media } = scene.service;
    const { put } = media.bucket;
    media.bucket.put = async (...object) => {
      await put(...object);
      media.bucket.put = put;
      throw new Error("the answer is lost");
    };
    await scene.archive();
    expect(keysIn(scene)).toEqual([]);
    await sweepWhenDue(scene);
    expectKept(scene);
  });

  it("an archiver retries later while the bucket is down, and never changes the status", async () => {
    const scene = await succeeded();
    scene.service.media.state.isDown = true;
    await scene.archive();
    expect(scene.row()).toMatchObject({ status: "succeeded", archive_due: expect.any(Number) });
    scene.service.media.state.isDown = false;
    await sweepWhenDue(scene);
    expectKept(scene);
  });
});
