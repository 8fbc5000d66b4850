import { describe, expect, it } from "vitest";
import type { JobEvent } from "../../../lambdas/job/event.ts";
import { CALLBACKS_PER_WORKER } from "../../../lambdas/limits.ts";
import { BIRTH_MS, become, birth, jobError } from "../../support/jobs.ts";
import { createMemoryService } from "../../support/memory-service.ts";
import { REQUESTED } from "../../support/one-job.ts";

const secondMs = 1000;
const at = BIRTH_MS;
const accepted: JobEvent = { at, by: "submit", type: "accepted", requestId: "req-1" };
const failed: JobEvent = { at, by: "webhook", type: "failed", error: jobError };
const expired: JobEvent = { at, by: "sweep", type: "deadline_passed", error: jobError };

/** A service with one settled job per receiver, all in one shard; the receivers named `slow` time out. */
async function ended(ending: JobEvent, ...receivers: readonly string[]) {
  const told: string[] = [];
  const service = createMemoryService({
    async cancelAtFal(_access, { requestId }) {
      told.push(requestId);
      return REQUESTED;
    },
  });
  const { state } = service;
  state.receiver = async (url) => {
    if (!url.includes("slow")) return { status: 200 };
    state.nowMs += 15 * secondMs;
    return { error: "no answer within 15 s" };
  };
  for (const [index, host] of receivers.entries()) {
    const id = `${String(index).padStart(28, "0")}0000`;
    await service.add(become({ ...birth({ id }), callback_url: `https://${host}.example.com/hook` }, accepted, ending));
  }
  const asked = (host: string) => service.callbacks.filter(({ url }) => url.includes(host)).length;
  return { service, told, asked };
}

describe("a slow receiver", () => {
  it("P30: a slow receiver gets no more callbacks from the same invocation, and delays no other receiver", async () => {
    const { service, asked } = await ended(failed, ...Array.from({ length: 20 }, () => "slow"), "a", "b", "c");
    await service.sweep();
    expect(asked("slow")).toBeLessThanOrEqual(CALLBACKS_PER_WORKER);
    expect([asked("a."), asked("b."), asked("c.")]).toEqual([1, 1, 1]);
  });

  it("a slow receiver is contacted again in the next sweep", async () => {
    const { service, asked } = await ended(failed, ...Array.from({ length: 6 }, () => "slow"));
    await service.sweep();
    const before = asked("slow");
    await service.sweep();
    expect(asked("slow")).toBeGreaterThan(before);
  });

  it("P14: a slow receiver does not delay a cancel at fal", async () => {
    const { service, told } = await ended(expired, ...Array.from({ length: 8 }, () => "slow"));
    for (let sweeps = 0; sweeps < 3; sweeps++) {
      service.state.nowMs += 60 * secondMs;
      await service.sweep();
    }
    expect(told).toHaveLength(8);
  });
});
