import { expect, it, vi } from "vitest";
import type { JobEvent } from "../../../lambdas/job/event.ts";
import { SWEEP_OPEN_LANE_MS, SWEEP_WORK_MAX_MS, SWEEP_WORKERS } from "../../../lambdas/limits.ts";
import { BIRTH_MS, become, birth, jobError } from "../../support/jobs.ts";
import { createMemoryService } from "../../support/memory-service.ts";
import { tinyFilm } from "../../support/mp4.ts";
import { answered, hourMs, minuteMs, oneJob, REQUESTED, VIDEO } from "../../support/one-job.ts";

it("P14: a late result of an expired job is archived, and the job is still canceled at fal", async () => {
  const told: string[] = [];
  const service = createMemoryService({
    async cancelAtFal(_access, { requestId }) {
      told.push(requestId);
      return REQUESTED;
    },
  });
  const accepted: JobEvent = { at: BIRTH_MS, by: "submit", type: "accepted", requestId: "req-1" };
  const expired: JobEvent = { at: BIRTH_MS, by: "sweep", type: "deadline_passed", error: jobError };
  const late: JobEvent = { at: BIRTH_MS, by: "webhook", type: "succeeded", result: { video: VIDEO } };
  const job = become(birth(), accepted, expired, late);
  await service.add(job);
  service.videos.set(VIDEO.url, tinyFilm("a video"));
  await service.sweep();
  expect(service.row(job.id)).toMatchObject({
    status: "expired",
    late_result: { video: { file_size: tinyFilm("a video").length } },
  });
  expect(told).toEqual([]);
  for (const _ of ["the caller is told", "and fal"]) {
    service.state.nowMs += minuteMs;
    await service.sweep();
  }
  expect(told).toEqual(["req-1"]);
  expect(service.row(job.id)).toMatchObject({ status: "expired", fal_cancel: "acknowledged" });
  expect(service.row(job.id).due_at).toBeUndefined();
});

it("a copy that waits for its next attempt does not delay a settled job's last check", async () => {
  const job = oneJob();
  await job.submit();
  await job.deliver("OK", { video: VIDEO });
  await job.sweepFor(10 * minuteMs);
  expect(job.row().check_due).toBeUndefined();
  expect(job.row()).toMatchObject({ status: "succeeded", due_at: job.row().archive_due });
});

it("P8: an open job is checked before videos are copied", async () => {
  const service = createMemoryService({
    statusAtFal: async () => {
      seen.push("look");
      return answered(202, { status: "IN_QUEUE" });
    },
  });
  const seen: string[] = [];
  const accepted: JobEvent = { at: BIRTH_MS, by: "submit", type: "accepted", requestId: "req-1" };
  const succeeded: JobEvent = { at: BIRTH_MS, by: "webhook", type: "succeeded", result: { video: VIDEO } };
  await service.add(become(birth(), accepted, succeeded));
  await service.add(become(birth({ id: "0193500000007000800000000000ffff" }), accepted));
  service.videos.set(VIDEO.url, tinyFilm("a video"));
  service.state.duringCopy = async () => seen.push("copy");
  service.state.nowMs += hourMs;
  await service.sweep();
  expect(seen).toEqual(["look", "copy"]);
});

it("P8: after fal's 429 no other job is checked in this sweep, but videos are copied and callbacks sent", async () => {
  const asked: string[] = [];
  const service = createMemoryService({
    async statusAtFal(_access, { requestId }) {
      asked.push(requestId);
      return answered(429);
    },
  });
  const accepted: JobEvent = { at: BIRTH_MS, by: "submit", type: "accepted", requestId: "req-1" };
  const succeeded: JobEvent = { at: BIRTH_MS, by: "webhook", type: "succeeded", result: { video: VIDEO } };
  const atFal = SWEEP_WORKERS + 2;
  for (let number = 1; number <= atFal; number++)
    await service.add(
      become(birth({ id: `01935000000070008000000${String(number).padStart(2, "0")}000abcd` }), accepted),
    );
  const settled = { ...become(birth(), accepted, succeeded), callback_url: "https://example.com/hook" };
  await service.add(settled);
  service.videos.set(VIDEO.url, tinyFilm("a video"));
  service.state.nowMs += hourMs;
  await service.sweep();
  expect(asked).toHaveLength(SWEEP_WORKERS);
  expect(service.callbacks).toHaveLength(1);
  expect(service.row(settled.id).video_key).toBeDefined();
});

it("P8: settled jobs are looked after although an open one took until the end of the sweep's time", async () => {
  const service = createMemoryService({
    statusAtFal: async () => {
      service.state.nowMs += SWEEP_OPEN_LANE_MS + SWEEP_WORK_MAX_MS;
      return answered(202, { status: "IN_QUEUE" });
    },
  });
  const accepted: JobEvent = { at: BIRTH_MS, by: "submit", type: "accepted", requestId: "req-1" };
  const succeeded: JobEvent = { at: BIRTH_MS, by: "webhook", type: "succeeded", result: { video: VIDEO } };
  const settled = become(birth(), accepted, succeeded);
  await service.add(settled);
  await service.add(become(birth({ id: "0193500000007000800000000000ffff" }), accepted));
  service.videos.set(VIDEO.url, tinyFilm("a video"));
  service.state.nowMs += hourMs;
  await service.sweep();
  expect(service.row(settled.id).video_key).toBeDefined();
});

it("P8: a worker that waited for the list begins no job after fal's 429", async () => {
  const rows = ["0193500000007000800000000000ffff", "0193500000007000800000000000fffe"].map((id) =>
    become(birth({ id }), { at: BIRTH_MS, by: "submit", type: "accepted", requestId: id }),
  );
  const asked: string[] = [];
  const service = createMemoryService({
    async statusAtFal(_access, { requestId }) {
      asked.push(requestId);
      return answered(429);
    },
  });
  for (const row of rows) await service.add(row);
  service.state.nowMs += hourMs;
  // The shard of the second job is listed after the first job was checked.
  service.state.duringQuery = async (shard) => {
    if (shard === rows[1]?.shard) await vi.waitFor(() => expect(asked).toHaveLength(1));
  };
  await service.sweep();
  expect(asked).toEqual([rows[0]?.id]);
});
