import { describe, expect, it } from "vitest";
import { nextLookAt } from "../../../lambdas/sweep/next-look.ts";
import { BIRTH_MS, birth, policy } from "../../support/jobs.ts";

const minuteMs = 60_000;

/** Milliseconds until the next check of a job that was checked this many times. */
function waitMs(looks: number | undefined, random: number, firstCheckMs = minuteMs, sync_mode = false): number {
  const service = { now: () => BIRTH_MS, random: () => random, policy: { ...policy, firstCheckMs } };
  const job = birth();
  return nextLookAt(service, { ...job, looks, input: { ...job.input, sync_mode } }) - BIRTH_MS;
}

describe("the next check of a job", () => {
  it.each([
    [undefined, 60_000],
    [0, 60_000],
    [1, 90_000],
    [2, 135_000],
    [3, 202_500],
    [4, 5 * minuteMs],
    [1000, 5 * minuteMs],
    [1e9, 5 * minuteMs],
  ])("the next check of a job after %s checks is in the later half of %i ms", (looks, ceilingMs) => {
    expect([0, 0.5, 1].map((random) => waitMs(looks, random))).toEqual([ceilingMs / 2, ceilingMs * 0.75, ceilingMs]);
  });

  it.each([undefined, 2, 1000])(
    "the next check of a job with sync_mode after %s checks is at most two minutes away, because its result expires after six",
    (looks) => {
      expect(waitMs(looks, 1, 60 * minuteMs, true)).toBe(2 * minuteMs);
    },
  );

  it.each([0, 1, 1000, minuteMs, 60 * minuteMs])(
    "the next check of a job is at most five minutes away (P8), with a first check after %i ms",
    (firstCheckMs) => {
      for (let looks = 0; looks < 200; looks++) {
        const waits = [0, 0.3, 1].map((random) => waitMs(looks, random, firstCheckMs));
        for (const ms of waits) {
          expect(ms).toBeGreaterThanOrEqual(0);
          expect(ms).toBeLessThanOrEqual(5 * minuteMs);
          expect(Number.isSafeInteger(ms)).toBe(true);
        }
      }
    },
  );
});
