import { describe, expect, it } from "vitest";
import { LAST_LOOK_GRACE_MS, SWEEP_LEASE_MS } from "../../../lambdas/limits.ts";
import { answered, COMPLETED, finish, minuteMs, oneJob, SUCCESS, VIDEO } from "../../support/one-job.ts";

const GONE = answered(404, { status: "NOT_FOUND" });

/** A job at fal. */
async function submitted() {
  const scene = oneJob();
  await scene.submit();
  const sweepAt = async (epochMs: number) => {
    scene.service.state.nowMs = epochMs;
    await scene.service.sweep();
  };
  return { ...scene, sweepAt, sweepIn: (ms: number) => sweepAt(scene.service.state.nowMs + ms) };
}

describe("P18: a request that fal no longer knows", () => {
  it("P18: a request that fal no longer knows is canceled when fal had confirmed the cancellation", async () => {
    const scene = await submitted();
    expect((await scene.cancel()).status).toBe("queued");
    scene.fal.status = GONE;
    await scene.sweepIn(minuteMs);
    expect(scene.row().status).toBe("canceled");
  });

  it("P18: a request that fal no longer knows is not canceled when fal had answered that it is too late to cancel", async () => {
    const scene = await submitted();
    scene.fal.cancellation = COMPLETED;
    await scene.cancel();
    scene.fal.status = GONE;
    await scene.sweepIn(minuteMs);
    expect(scene.row()).toMatchObject({ status: "queued", error: { code: "result_expired" } });
    await scene.sweepAt(scene.row().deadline_at);
    expect(scene.row()).toMatchObject({ status: "failed", error: { code: "result_expired" } });
  });
});

describe("P19: at its deadline", () => {
  it("a job has a grace period while fal does not answer, and then expires", async () => {
    const scene = await submitted();
    scene.fal.status = answered(502);
    await scene.sweepAt(scene.row().deadline_at);
    expect(scene.row().status).toBe("queued");
    await scene.sweepAt(scene.row().deadline_at + LAST_LOOK_GRACE_MS);
    expect(scene.row()).toMatchObject({ status: "expired", fal_cancel: "due" });
  });

  it("a job succeeds when fal completed it before the cancellation", async () => {
    const scene = await submitted();
    scene.fal.status = answered(202, { status: "IN_PROGRESS" });
    scene.fal.cancellation = COMPLETED;
    scene.fal.during = async () => finish(scene.fal, SUCCESS);
    await scene.sweepAt(scene.row().deadline_at);
    expect(scene.row()).toMatchObject({ status: "succeeded", result: { video: VIDEO } });
  });
});

it("P7: a sweep's claim on a check lasts longer than the function runs, whatever fal does meanwhile", async () => {
  const scene = await submitted();
  scene.fal.cancellation = answered(502);
  await scene.cancel();
  const heldUntil: (number | undefined)[] = [];
  scene.fal.during = async () => heldUntil.push(scene.row().due_at);
  await scene.sweepIn(minuteMs);
  expect(heldUntil).toEqual([scene.service.state.nowMs + SWEEP_LEASE_MS]);
});
