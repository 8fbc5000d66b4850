import { describe, expect, it } from "vitest";
import { archiveBackoffMs, callbackDelayMs, submitBackoffMs } from "../../../lambdas/job/backoff.ts";

const secondMs = 1000;
const minuteMs = 60 * secondMs;
const hourMs = 60 * minuteMs;

describe("the back-off before a job is submitted again", () => {
  it.each([
    [1, 5 * secondMs],
    [2, 10 * secondMs],
    [3, 20 * secondMs],
    [6, 160 * secondMs],
    [7, 5 * minuteMs],
    [100, 5 * minuteMs],
    [5000, 5 * minuteMs],
  ])("the back-off before a job is submitted again after attempt %i is between 0 and %i ms", (attempt, ceilingMs) => {
    expect([0, 0.5, 1].map((random) => submitBackoffMs(attempt, random))).toEqual([0, ceilingMs / 2, ceilingMs]);
  });

  it("the back-off before a job is submitted again is never above five minutes, never negative, and a whole number", () => {
    for (let attempt = 1; attempt <= 2000; attempt++) {
      const backoffMs = submitBackoffMs(attempt, (attempt % 97) / 96);
      expect(backoffMs).toBeGreaterThanOrEqual(0);
      expect(backoffMs).toBeLessThanOrEqual(5 * minuteMs);
      expect(Number.isSafeInteger(backoffMs)).toBe(true);
    }
  });

  it.each([
    [0, 2500],
    [1, 2500],
    [2500, 2500],
    [90 * secondMs, 90 * secondMs],
    [10 * minuteMs, 10 * minuteMs],
    [24 * hourMs, 24 * hourMs],
    [48 * hourMs, 24 * hourMs],
    [1e300, 24 * hourMs],
  ])(
    "the back-off before a job is submitted again is no shorter than a Retry-After of %d ms, which counts for 24 hours at most (P9)",
    (retryAfterMs, expected) => {
      expect(submitBackoffMs(1, 0.5, retryAfterMs)).toBe(expected);
    },
  );
});

describe("the back-off before a video is copied again", () => {
  it.each([
    [1, 5 * secondMs],
    [2, 10 * secondMs],
    [9, 1280 * secondMs],
    [10, 2560 * secondMs],
    [11, hourMs],
    [5000, hourMs],
  ])(
    "the back-off before a video is copied again after attempt %i is in the later half of %i ms",
    (attempt, ceilingMs) => {
      const waits = [0, 0.5, 1].map((random) => archiveBackoffMs(attempt, random));
      expect(waits).toEqual([ceilingMs / 2, ceilingMs * 0.75, ceilingMs]);
    },
  );
});

describe("the delay before a callback is sent again", () => {
  it.each([
    [1, 5 * secondMs],
    [2, minuteMs],
    [3, 5 * minuteMs],
    [4, 30 * minuteMs],
    [5, 2 * hourMs],
    [6, 5 * hourMs],
    [7, 10 * hourMs],
    [8, 14 * hourMs],
    [9, 20 * hourMs],
    [10, 24 * hourMs],
  ])(
    "the delay before a callback is sent again after attempt %i is never below %i ms, and at most a tenth longer",
    (attempt, delayMs) => {
      const waits = [0, 0.5, 1].map((random) => callbackDelayMs(attempt, random, 0));
      expect(waits).toEqual([delayMs, Math.round(delayMs * 1.05), Math.round(delayMs * 1.1)]);
    },
  );

  it.each([
    [0, 5 * secondMs],
    [4 * secondMs, 5 * secondMs],
    [90 * secondMs, 90 * secondMs],
    [24 * hourMs, 24 * hourMs],
    [48 * hourMs, 24 * hourMs],
  ])(
    "the delay before a callback is sent again is no shorter than a Retry-After of %i ms, which counts for 24 hours at most (P9)",
    (retryAfterMs, expected) => {
      expect(callbackDelayMs(1, 0, retryAfterMs)).toBe(expected);
    },
  );
});
