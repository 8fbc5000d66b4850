import { describe, expect, it } from "vitest";
import type { JobEvent } from "../../../lambdas/job/event.ts";
import { openTypicalDuration } from "../../../lambdas/table/typical-duration.ts";
import { BIRTH_MS, become, birth, jobError, jobResult } from "../../support/jobs.ts";

const secondMs = 1000;
const minuteMs = 60 * secondMs;
const accepted: JobEvent = { at: BIRTH_MS, by: "submit", type: "accepted", requestId: "req-1" };
const queued = become(birth(), accepted);

/** A job that was accepted at `BIRTH_MS` and took this long. */
function took(seconds: number, type: "succeeded" | "failed" = "succeeded") {
  const end = { at: BIRTH_MS + seconds * secondMs, by: "webhook" } as const;
  const outcome = type === "failed" ? { ...end, type, error: jobError } : { ...end, type, result: jobResult };
  return become(queued, outcome);
}

/** A function instance's typical durations, over storage that the test controls. */
function knowing(seconds?: number) {
  const shelf = { seconds, reads: 0, writes: 0, isDown: false };
  const clock = { nowMs: BIRTH_MS };
  const table = {
    async readTypicalDuration() {
      shelf.reads++;
      if (shelf.isDown) throw new Error("the table is down");
      return shelf.seconds;
    },
    async putTypicalDuration(_endpoint: string, seconds: number) {
      shelf.writes++;
      if (shelf.isDown) throw new Error("the table is down");
      shelf.seconds = seconds;
    },
  };
  return { shelf, clock, usual: openTypicalDuration(table, () => clock.nowMs) };
}

describe("the estimated remaining time of an open job", () => {
  it.each<[number | undefined, number, number]>([
    [undefined, 0, 2],
    [30, 0, 30],
    [30, 10, 20],
    [30, 10.2, 20],
    [30, 29, 2],
    [30, 3600, 2],
    [0.4, 0, 2],
    [600, 0, 60],
    [600, 590, 10],
  ])(
    "the estimated remaining time of an open job for a typical duration of %s s, %d s after the submission, is %i s",
    async (seconds, passed, expected) => {
      const { clock, usual } = knowing(seconds);
      clock.nowMs += passed * secondMs;
      expect(await usual.secondsLeft(queued)).toBe(expected);
    },
  );

  it("the estimated remaining time of an open job counts from the job's creation while it is not submitted", async () => {
    const { clock, usual } = knowing(30);
    clock.nowMs += 10 * secondMs;
    expect(await usual.secondsLeft(birth())).toBe(20);
  });

  it("the estimated remaining time of an open job is read once a minute, and is two seconds while it cannot be read", async () => {
    const { shelf, clock, usual } = knowing(30);
    await usual.secondsLeft(queued);
    shelf.seconds = 40;
    clock.nowMs += minuteMs - 1;
    await usual.secondsLeft(birth());
    expect(shelf.reads).toBe(1);
    clock.nowMs = BIRTH_MS + minuteMs;
    shelf.isDown = true;
    expect(await usual.secondsLeft(queued)).toBe(2);
  });
});

describe("a typical duration", () => {
  it.each<[number | undefined, number, number]>([
    [undefined, 12.34, 12.3],
    [10, 20, 12],
    [10, 10, 10],
    [10, 0, 8],
  ])("a typical duration of %s s, after a job that took %d s, becomes %d s", async (before, seconds, expected) => {
    const { shelf, usual } = knowing(before);
    await usual.learn(took(seconds));
    expect(shelf.seconds).toBe(expected);
  });

  it("a typical duration is updated at most once a minute", async () => {
    const { shelf, clock, usual } = knowing(10);
    for (const ms of [0, 1, minuteMs - 2, 1]) {
      clock.nowMs += ms;
      await usual.learn(took(20));
    }
    expect(shelf.writes).toBe(2);
  });

  it("a typical duration may fail to be written without consequences", async () => {
    const { shelf, usual } = knowing();
    shelf.isDown = true;
    await expect(usual.learn(took(20))).resolves.toBeUndefined();
  });
});

it.each([
  ["one that failed", took(20, "failed")],
  ["an open one", queued],
  ["one that fal never confirmed", { ...took(20), submitted_at: undefined }],
])("a typical duration is not updated by %s", async (_, job) => {
  const { shelf, usual } = knowing();
  await usual.learn(job);
  expect([shelf.reads, shelf.writes]).toEqual([0, 0]);
});
