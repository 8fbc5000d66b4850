import { describe, expect, it } from "vitest";
import type { Job } from "../../lambdas/job/job.ts";
import type { Installation } from "../../operate/connect.ts";
import { drain } from "../../operate/drain.ts";
import { BIRTH_MS, become, birth } from "../support/jobs.ts";
import { createMemoryService } from "../support/memory-service.ts";

const by = "sweep" as const;
const accepted = { at: BIRTH_MS, by, type: "accepted", requestId: "req-1" } as const;
const unsent = () => birth({ attempt: false, id: "0193500000007000800000000000aaaa" });
const sent = () => become(birth({ id: "0193500000007000800000000000bbbb" }), accepted);

/** A table with these jobs, and an operator whose waits let others do something. */
async function scene(jobs: readonly Job[], duringWait: (at: number) => Promise<unknown> = async () => undefined) {
  let now = BIRTH_MS;
  const service = createMemoryService();
  for (const job of jobs) await service.add(job);
  const installation: Installation = {
    name: "test",
    isLocal: true,
    tableName: "jobs",
    client: service.client,
    aws: () => ({}),
    resourceOf: (id) => id,
  };
  const start = (timeoutMs: number) =>
    drain({
      installation,
      reason: "a move",
      timeoutMs,
      now: () => now,
      progress: () => {},
      wait: async (ms) => {
        now += ms;
        await duringWait(now - BIRTH_MS);
      },
    });
  return { service, start, passedMs: () => now - BIRTH_MS };
}

describe("a drain", () => {
  it("a drain counts a job that was sent just after the pause, by a function that did not know of it yet", async () => {
    const late: { add?: () => Promise<unknown> } = {};
    const { service, start } = await scene([], async () => late.add?.());
    late.add = async () => {
      delete late.add;
      await service.add(sent());
    };
    expect(await start(60_000)).toEqual({ left: 1, waiting: 0 });
  });

  it("a drain ends when fal has no job, and not before the pause is known everywhere", async () => {
    const { start, passedMs } = await scene([unsent()]);
    expect(await start(60_000)).toEqual({ left: 0, waiting: 1 });
    expect(passedMs()).toBe(5_000);
  });

  it("a drain of a service that has long been paused ends at once", async () => {
    const { start, passedMs } = await scene([unsent()]);
    await start(60_000);
    expect(await start(60_000)).toEqual({ left: 0, waiting: 1 });
    expect(passedMs()).toBe(5_000);
  });

  it("a drain stops waiting when its time is up, and says how many jobs fal has", async () => {
    const { start, passedMs } = await scene([sent(), unsent()]);
    expect(await start(12_000)).toEqual({ left: 1, waiting: 1 });
    expect(passedMs()).toBe(15_000);
  });
});
