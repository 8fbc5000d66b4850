import { describe, expect, it, vi } from "vitest";
import { handedOverUntil } from "../../../lambdas/job/deadlines.ts";
import {
  FAL_RESULT_MAX_BYTES,
  LAST_LOOK_GRACE_MS,
  SWEEP_LEASE_MS,
  SWEEP_RESULT_MAX_BYTES,
  VIDEO_UNRECORDED_MAX,
} from "../../../lambdas/limits.ts";
import { tinyFilm } from "../../support/mp4.ts";
import { answered, CANCELLED, COMPLETED, finish, minuteMs, oneJob, SUCCESS, VIDEO } from "../../support/one-job.ts";

const INLINE = { url: `data:video/mp4;base64,${tinyFilm("a video").toString("base64")}` };
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

  it("a job expires with a late result when fal completed it before it was asked to stop (P34)", async () => {
    const scene = await submitted();
    scene.fal.status = answered(202, { status: "IN_PROGRESS" });
    scene.fal.cancellation = COMPLETED;
    scene.fal.during = async () => finish(scene.fal, SUCCESS);
    await scene.sweepAt(scene.row().deadline_at);
    expect(scene.row()).toMatchObject({ status: "expired", late_result: { video: VIDEO } });
  });

  it.each([
    ["contains its video", { video: INLINE }],
    ["is large", { video: VIDEO, note: "x".repeat(SWEEP_RESULT_MAX_BYTES) }],
    ["is small", { video: VIDEO }],
  ])(
    "P34: a result that %s, which fal completed just before it was asked to stop, is the late one",
    async (_, body) => {
      const scene = await submitted();
      scene.fal.status = answered(202, { status: "IN_PROGRESS" });
      scene.fal.cancellation = COMPLETED;
      scene.fal.during = async () => finish(scene.fal, answered(200, body));
      await scene.sweepAt(scene.row().deadline_at);
      expect(scene.row()).toMatchObject({ status: "expired", late_result: { video: {} } });
      await scene.service.sweep();
      expect(scene.row().check_due).toBeUndefined();
    },
  );

  it.each([
    ["was read, although functions start again only later", 3, SUCCESS, true],
    ["was read, although fal does not answer at first", 0, answered(502), true],
    ["is gone from fal", 0, GONE, false],
    ["turns out to be a failure", 0, answered(422, { detail: "no" }), false],
  ])("P34: a late result stays due until it %s", async (_what, idleSweeps, atFirst, isKept) => {
    const scene = await submitted();
    scene.fal.status = answered(202, { status: "IN_PROGRESS" });
    scene.fal.cancellation = answered(502);
    await scene.sweepAt(scene.row().deadline_at);
    expect(scene.row()).toMatchObject({ status: "expired", fal_cancel: "due" });
    scene.fal.cancellation = COMPLETED;
    finish(scene.fal, atFirst);
    scene.service.state.startsNothing = idleSweeps > 0;
    for (let sweep = 0; sweep < idleSweeps; sweep++) await scene.sweepIn(minuteMs);
    scene.service.state.startsNothing = false;
    for (let sweep = 0; sweep < 3; sweep++) await scene.sweepIn(minuteMs);
    if (isKept) finish(scene.fal, SUCCESS);
    for (let sweep = 0; sweep < 20; sweep++) await scene.sweepIn(minuteMs);
    expect([scene.row().late_result !== undefined, scene.row().check_due]).toEqual([isKept, undefined]);
  });

  async function expiredTooLate() {
    const scene = await submitted();
    scene.fal.status = answered(202, { status: "IN_PROGRESS" });
    scene.fal.cancellation = COMPLETED;
    scene.fal.during = async () => finish(scene.fal, answered(502));
    await scene.sweepAt(scene.row().deadline_at);
    expect(scene.row()).toMatchObject({ status: "expired", fal_cancel: "too_late" });
    return scene;
  }

  it("P34: a late result is given up if no function starts to read it for over an hour", async () => {
    const scene = await expiredTooLate();
    scene.service.state.startsNothing = true;
    await scene.sweepAt(handedOverUntil(scene.row()) - 1);
    scene.service.state.startsNothing = false;
    expect(scene.row().check_due).toBeDefined();
    await scene.sweepIn(1);
    expect([scene.row().status, scene.row().check_due]).toEqual(["expired", undefined]);
  });

  it("P27: a late result that ends each function that reads it is given up", async () => {
    const scene = await expiredTooLate();
    const deaths = { count: 0 };
    scene.service.state.duringPrepare = () => {
      deaths.count++;
      return new Promise(() => {});
    };
    for (let check = 1; check <= 2 * VIDEO_UNRECORDED_MAX + 1; check++) {
      scene.service.state.nowMs += SWEEP_LEASE_MS;
      void scene.service.sweep();
      await vi.waitFor(() => expect([deaths.count, scene.row().checks_unrecorded]).toEqual([check, check]));
    }
    await scene.sweepIn(SWEEP_LEASE_MS);
    expect([scene.row().status, scene.row().due_at]).toEqual(["expired", undefined]);
  });

  it("P34: the row says that a job has expired before fal is asked to stop it, so fal's answer to that ends nothing", async () => {
    const scene = await submitted();
    scene.fal.status = answered(202, { status: "IN_PROGRESS" });
    const seen: string[] = [];
    scene.fal.during = async () => {
      seen.push(scene.row().status);
      finish(scene.fal, CANCELLED);
      await scene.deliver("ERROR", { detail: "canceled", error_type: "client_cancelled" });
    };
    await scene.sweepAt(scene.row().deadline_at);
    await scene.sweepIn(minuteMs);
    expect(seen).toEqual(["expired"]);
    expect(scene.row()).toMatchObject({ status: "expired", error: { code: "deadline_exceeded" } });
  });

  it.each([
    ["before its deadline has failed, and may be retried", 0, "failed", "infrastructure_failed"],
    ["at its deadline has expired", 1, "expired", "deadline_exceeded"],
  ] as const)("P34: a job that fal cancels although nobody asked for it, %s", async (_, part, status, code) => {
    for (const way of ["webhook", "sweep"]) {
      const scene = await submitted();
      const { nowMs } = scene.service.state;
      scene.service.state.nowMs += part * (scene.row().deadline_at - nowMs);
      finish(scene.fal, CANCELLED);
      if (way === "webhook") await scene.deliver("ERROR", { detail: "canceled", error_type: "client_cancelled" });
      else await scene.sweepIn(minuteMs);
      expect(scene.row()).toMatchObject({ status, error: { code, retryable: true }, settled_by: way });
    }
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

describe("P27: a large result", () => {
  const large = { video: VIDEO, note: "x".repeat(SWEEP_RESULT_MAX_BYTES) };

  it.each([
    ["is large", large, [SWEEP_RESULT_MAX_BYTES, FAL_RESULT_MAX_BYTES]],
    ["contains its video", { video: INLINE }, [SWEEP_RESULT_MAX_BYTES, FAL_RESULT_MAX_BYTES]],
    ["is small", { video: VIDEO }, [SWEEP_RESULT_MAX_BYTES]],
  ])("P27: a result that %s is read by the function that may read it", async (_what, result, readBytes) => {
    const scene = await submitted();
    finish(scene.fal, answered(200, result));
    await scene.sweepIn(minuteMs);
    expect(scene.fal.readBytes).toEqual(readBytes);
    expect(scene.row()).toMatchObject({ status: "succeeded", settled_by: "sweep" });
    expect(scene.row().checks_unrecorded).toBeUndefined();
  });

  it("P27: a large result that could not be handed over stays due, and the sweep itself never reads it", async () => {
    const scene = await submitted();
    finish(scene.fal, answered(200, large));
    scene.service.state.startsNothing = true;
    await scene.sweepIn(minuteMs);
    expect(scene.row()).toMatchObject({ status: "queued", due_at: scene.service.state.nowMs });
    await scene.sweepAt(handedOverUntil(scene.row()) - 1);
    expect(scene.row().status).toBe("queued");
    // Not even its first bytes are read again.
    expect(scene.fal.readBytes).toEqual([SWEEP_RESULT_MAX_BYTES]);
    scene.service.state.startsNothing = false;
    await scene.sweepIn(0);
    expect(scene.row().status).toBe("succeeded");
  });

  it("P27: a large result that is found only when its time is up is handed over once", async () => {
    const scene = await submitted();
    finish(scene.fal, answered(200, large));
    await scene.sweepAt(handedOverUntil(scene.row()));
    expect(scene.row().status).toBe("succeeded");
  });

  it("P27: a job whose check died with its sweep, long after its deadline, is checked and not given up", async () => {
    const scene = await submitted();
    finish(scene.fal, SUCCESS);
    scene.service.state.nowMs = scene.row().deadline_at + LAST_LOOK_GRACE_MS;
    scene.service.state.duringPrepare = () => new Promise(() => {});
    void scene.service.sweep();
    await vi.waitFor(() => expect(scene.row().checks_unrecorded).toBe(1));
    scene.service.state.duringPrepare = async () => undefined;
    await scene.sweepIn(SWEEP_LEASE_MS);
    expect(scene.row()).toMatchObject({ status: "succeeded", result: { video: VIDEO } });
  });
});
