import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { handedOverUntil } from "../../../lambdas/job/deadlines.ts";
import { SWEEP_LEASE_MS, VIDEO_UNRECORDED_MAX } from "../../../lambdas/limits.ts";
import { collectLogs } from "../../support/logs.ts";
import { tinyFilm } from "../../support/mp4.ts";
import { answered, finish, hourMs, oneJob, REQUEST, VIDEO } from "../../support/one-job.ts";

const BYTES = tinyFilm("a video");
const INLINE = { url: `data:video/mp4;base64,${BYTES.toString("base64")}` };
let metrics: readonly string[];

beforeEach(() => {
  ({ metrics } = collectLogs());
});

afterEach(() => {
  vi.restoreAllMocks();
});

type Scene = ReturnType<typeof oneJob>;

async function copied() {
  const job = oneJob();
  await job.submit();
  await job.deliver("OK", { video: VIDEO });
  job.service.videos.set(VIDEO.url, BYTES);
  return job;
}

/** The job's video ends whoever stores it: the bucket never answers, and nobody goes on. */
function crashWhoeverStores({ service }: Scene) {
  const { put } = service.media.bucket;
  let crashes = 0;
  service.media.bucket.put = () => {
    crashes++;
    return new Promise<never>(() => {});
  };
  return {
    crashes: () => crashes,
    stop: () => {
      service.media.bucket.put = put;
    },
  };
}

/** Sweeps after the last lease until the next crash, without waiting for the end that the function does not reach. */
async function crashInSweep({ service }: Scene, { crashes }: { readonly crashes: () => number }) {
  const before = crashes();
  service.state.nowMs += SWEEP_LEASE_MS;
  void service.sweep();
  await vi.waitFor(() => expect(crashes()).toBe(before + 1));
}

describe("P27: a video whose copy ends the function", () => {
  it("P27: a video whose copy ends the function is stored without facts after three attempts", async () => {
    const job = await copied();
    const crash = crashWhoeverStores(job);
    for (let attempt = 0; attempt < VIDEO_UNRECORDED_MAX; attempt++) await crashInSweep(job, crash);
    crash.stop();
    job.service.state.nowMs += SWEEP_LEASE_MS;
    await job.service.sweep();
    const { video } = job.row().result ?? {};
    expect(video).toMatchObject({ file_size: BYTES.length, content_type: "video/mp4" });
    expect(video).not.toHaveProperty("duration_seconds");
    expect(job.row().archive_unrecorded).toBeUndefined();
    expect(metrics).toEqual(["VideoCrashesReader"]);
  });

  it("P27: a video whose copy ends the function six times is given up, and the job is delivered", async () => {
    const job = await copied();
    const crash = crashWhoeverStores(job);
    for (let attempt = 0; attempt < 2 * VIDEO_UNRECORDED_MAX; attempt++) await crashInSweep(job, crash);
    job.service.state.nowMs += SWEEP_LEASE_MS;
    await job.service.sweep();
    expect(job.row().timeline.at(-1)).toMatchObject({ event: "archive_abandoned" });
    expect(job.row().due_at).toBeUndefined();
    expect(metrics).toContain("VideoNotKept");
    expect(job.service.published).toHaveLength(1);
  });

  it("P27: a failed attempt is recorded, whatever else is written to the row meanwhile", async () => {
    const job = await copied();
    job.service.state.duringCopy = async () => {
      const rows = job.service.rows();
      if (rows instanceof Map) rows.set(job.row().id, { ...job.row(), version: job.row().version + 1 });
      throw new Error("the CDN breaks off");
    };
    for (let attempt = 0; attempt < 10; attempt++) {
      job.service.state.nowMs = job.row().archive_due ?? 0;
      await job.service.sweep();
    }
    expect(job.row()).toMatchObject({ archive_attempts: 10, archive_due: expect.any(Number) });
    expect(job.row().archive_unrecorded).toBeUndefined();
    expect(metrics).not.toContain("VideoCrashesReader");
  });

  it("P27: failed attempts that were recorded do not count", async () => {
    const job = await copied();
    job.service.videos.clear();
    for (let attempt = 0; attempt < 10; attempt++) {
      job.service.state.nowMs = job.row().archive_due ?? 0;
      await job.service.sweep();
    }
    expect(job.row()).toMatchObject({ archive_attempts: 10 });
    expect(job.row().archive_unrecorded).toBeUndefined();
    expect(metrics).not.toContain("VideoCrashesReader");
  });
});

describe("P27: an inline video that ends the function", () => {
  async function queued() {
    const job = oneJob();
    await job.submit({ input: { ...REQUEST.input, sync_mode: true } });
    return job;
  }

  it("P27: an inline video that ends the function at the webhook and in the sweep settles the job at last", async () => {
    const job = await queued();
    const crash = crashWhoeverStores(job);
    finish(job.fal, answered(200, { video: INLINE }));
    void job.deliver("OK", { video: INLINE });
    await vi.waitFor(() => expect(crash.crashes()).toBe(1));
    for (let attempt = 1; attempt < 2 * VIDEO_UNRECORDED_MAX; attempt++) await crashInSweep(job, crash);
    job.service.state.nowMs += SWEEP_LEASE_MS;
    await job.service.sweep();
    expect(job.row()).toMatchObject({ status: "failed", error: { code: "result_unusable" } });
    expect(job.row().inline_unrecorded).toBeUndefined();
  });

  it("P27: an inline video that ends the function three times is stored without facts", async () => {
    const job = await queued();
    const crash = crashWhoeverStores(job);
    finish(job.fal, answered(200, { video: INLINE }));
    for (let attempt = 0; attempt < VIDEO_UNRECORDED_MAX; attempt++) await crashInSweep(job, crash);
    crash.stop();
    job.service.state.nowMs += SWEEP_LEASE_MS;
    await job.service.sweep();
    expect(job.row()).toMatchObject({ status: "succeeded", result: { video: { file_size: BYTES.length } } });
    expect(job.row().result?.video).not.toHaveProperty("duration_seconds");
  });

  it("P27: a bucket that is down does not count, however long", async () => {
    const job = await queued();
    job.service.media.state.isDown = true;
    finish(job.fal, answered(200, { video: INLINE }));
    for (let attempt = 0; attempt < 10; attempt++) {
      job.service.state.nowMs += SWEEP_LEASE_MS;
      await job.service.sweep();
    }
    job.service.media.state.isDown = false;
    job.service.state.nowMs += SWEEP_LEASE_MS;
    await job.service.sweep();
    expect(job.row()).toMatchObject({ status: "succeeded", result: { video: { duration_seconds: 5 } } });
  });

  it.each([
    ["was never handed over", false],
    ["ended its function, and is not handed over again", true],
  ])("promise 1: a job with sync_mode whose check %s ends at last", async (_what, crashes) => {
    const job = await queued();
    finish(job.fal, answered(200, { video: INLINE }));
    if (crashes) await crashInSweep(job, crashWhoeverStores(job));
    job.service.state.startsNothing = true;
    job.service.state.nowMs = handedOverUntil(job.row()) - 1;
    await job.service.sweep();
    expect(job.row().status).toBe("queued");
    job.service.state.nowMs++;
    await job.service.sweep();
    expect(job.row()).toMatchObject({ status: "expired", error: { code: "deadline_exceeded" } });
  });
});

describe("P27: a check at fal that ends the function", () => {
  it("P27: a check at fal that ends the function again and again settles the job, the later ones in invocations of their own", async () => {
    const job = oneJob();
    await job.submit();
    const deaths = { count: 0 };
    job.service.state.duringPrepare = () => {
      deaths.count++;
      return new Promise(() => {});
    };
    for (let check = 1; check <= 2 * VIDEO_UNRECORDED_MAX + 1; check++) {
      job.service.state.nowMs += SWEEP_LEASE_MS;
      void job.service.sweep();
      await vi.waitFor(() => expect([deaths.count, job.row().checks_unrecorded]).toEqual([check, check]));
    }
    job.service.state.nowMs += SWEEP_LEASE_MS;
    await job.service.sweep();
    expect(job.row()).toMatchObject({ status: "failed", error: { code: "result_unusable" } });
    expect(deaths.count).toBe(2 * VIDEO_UNRECORDED_MAX + 1);
    expect(metrics).toEqual(["VideoCrashesReader"]);
  });

  it("P27: a check at fal that fails and says so is no such check, and neither is one that cannot store the result", async () => {
    const job = oneJob();
    await job.submit();
    for (const status of [answered(503), answered(200, { status: "IN_PROGRESS" })]) {
      job.fal.status = status;
      await job.sweepFor(hourMs / 2);
      expect(job.row().checks_unrecorded).toBeUndefined();
    }
    job.service.media.state.isDown = true;
    finish(job.fal, answered(200, { video: INLINE }));
    await job.sweepFor(hourMs / 2);
    expect(job.row()).toMatchObject({ status: "running" });
    job.service.media.state.isDown = false;
    await job.sweepFor(hourMs / 2);
    expect(job.row()).toMatchObject({ status: "succeeded" });
  });
});
