import { describe, expect, it } from "vitest";
import type { Job } from "../../../lambdas/job/job.ts";
import { readPauseMs } from "../../../lambdas/table/read-pause.ts";
import { settledWithin } from "../../../lambdas/table/wait.ts";
import { BIRTH_MS } from "../../support/jobs.ts";
import { states } from "../routes/events/world.ts";

const { submitting, running, succeeded } = states;

/** Waits for a job that settles after a time, in 25-second requests one after the other, on a clock that pauses move. */
async function waitFor(settlesAfterMs: number, typicalSeconds: number | undefined, startsAfterMs = 0) {
  let nowMs = BIRTH_MS + startsAfterMs;
  let reads = 0;
  const row = (): Job => (nowMs >= BIRTH_MS + settlesAfterMs ? succeeded : running);
  const service = {
    table: {
      read: async () => {
        reads++;
        return row();
      },
      takeLease: async () => ({ id: "lease", place: "place_0", mark: "" }),
      releaseLease: async () => undefined,
    },
    waitsPerOwner: 10,
    typicalDuration: { seconds: async () => typicalSeconds },
    now: () => nowMs,
    random: () => 0.5,
    pause: async (ms: number) => {
      nowMs += ms;
    },
  };
  for (let job: Job | undefined = running; job === running; )
    ({ job } = await settledWithin(service, job, 25, nowMs + 27_000));
  return { reads, lateMs: nowMs - BIRTH_MS - settlesAfterMs };
}

/** Durations that are spread evenly over a part of the typical duration on both sides. */
const around = (typicalSeconds: number, part: number) =>
  Array.from({ length: 200 }, (_, i) => Math.round(typicalSeconds * 1000 * (1 - part + (2 * part * i) / 199)));

const quantile = (values: readonly number[], q: number) =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length * q)];

describe("the pause before a job is read again", () => {
  it.each([5, 10, 30, 60, 180])(
    "a job that takes within 40 %% of its typical %i seconds is known to have settled within 100 ms (p50) and 300 ms (p99)",
    async (typicalSeconds) => {
      const runs = await Promise.all(around(typicalSeconds, 0.4).map((ms) => waitFor(ms, typicalSeconds)));
      const late = runs.map(({ lateMs }) => lateMs);
      expect(quantile(late, 0.5)).toBeLessThanOrEqual(100);
      expect(quantile(late, 0.99)).toBeLessThanOrEqual(300);
    },
  );

  it.each([
    { typicalSeconds: 5, perSecond: 5.8 },
    { typicalSeconds: 10, perSecond: 5.2 },
    { typicalSeconds: 30, perSecond: 4.7 },
    { typicalSeconds: 60, perSecond: 4.6 },
    { typicalSeconds: 180, perSecond: 4.6 },
  ])(
    "a job that typically takes $typicalSeconds seconds is read at most $perSecond times a second",
    async ({ typicalSeconds, perSecond }) => {
      const runs = await Promise.all(around(typicalSeconds, 0.15).map((ms) => waitFor(ms, typicalSeconds)));
      const reads = runs.reduce((sum, run) => sum + run.reads, 0) / runs.length;
      expect(reads).toBeLessThanOrEqual(perSecond * typicalSeconds);
    },
  );

  it("a job that takes longer or shorter than is typical is known to have settled within half a second", async () => {
    for (const settlesAfterMs of [500, 3_000, 20_000, 200_000])
      expect((await waitFor(settlesAfterMs, 60)).lateMs).toBeLessThanOrEqual(500);
  });

  it("without a typical duration a job is read as often as near its end", async () => {
    expect(await waitFor(10_000, undefined)).toEqual({ reads: 80, lateMs: 0 });
  });

  it("a job that is not submitted is read twice a second, because it cannot end soon", () => {
    expect(readPauseMs(submitting, 5, BIRTH_MS + 5_000)).toBe(500);
  });

  it("a wait reads the job a last time when its time is up", async () => {
    let nowMs = BIRTH_MS;
    const reads: number[] = [];
    const { job } = await settledWithin(
      {
        table: {
          read: async () => {
            reads.push(nowMs - BIRTH_MS);
            return nowMs >= BIRTH_MS + 2_400 ? succeeded : running;
          },
          takeLease: async () => ({ id: "lease", place: "place_0", mark: "" }),
          releaseLease: async () => undefined,
        },
        waitsPerOwner: 10,
        typicalDuration: { seconds: async () => 600 },
        now: () => nowMs,
        random: () => 0.5,
        pause: async (ms) => {
          nowMs += ms;
        },
      },
      running,
      2.5,
      BIRTH_MS + 27_000,
    );
    expect({ reads, status: job?.status }).toEqual({ reads: [500, 1_000, 1_500, 2_000, 2_500], status: "succeeded" });
  });
});
