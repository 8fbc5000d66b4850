import { describe, expect, it } from "vitest";
import { answered, finish, minuteMs, oneJob, VIDEO } from "../../support/one-job.ts";

/** A job that the sweep settled with a result with these headers. */
async function settledUnder(headers: Readonly<Record<string, string>>) {
  const scene = oneJob();
  await scene.submit();
  finish(scene.fal, { kind: "answered", status: 200, headers, body: JSON.stringify({ video: VIDEO }) });
  scene.service.state.nowMs += minuteMs;
  await scene.service.sweep();
  return scene;
}

describe("the cost of a job", () => {
  it.each<[string, number, number]>([
    ["5", 5, 0.4],
    ["5.04", 5.04, 0.4032],
    ["0", 0, 0],
    [" 4 ", 4, 0.32],
  ])("the cost of a job is what fal bills, by x-fal-billable-units: %j", async (said, billable_units, actual_usd) => {
    const { row, get } = await settledUnder({ "x-fal-billable-units": said });
    const cost = { estimated_usd: 0.4, billable_units, actual_usd };
    expect([row().status, row().cost]).toEqual(["succeeded", cost]);
    expect(JSON.parse((await get()).body).cost).toEqual(cost);
  });

  it.each(["", " ", "five", "NaN", "Infinity", "-1", "5,04"])(
    "the cost of a job stays an estimate when fal returns %j",
    async (said) => {
      const { row } = await settledUnder({ "x-fal-billable-units": said });
      expect([row().status, row().cost]).toEqual(["succeeded", { estimated_usd: 0.4 }]);
    },
  );

  it("the cost of a job stays an estimate when the webhook settles, which contains no units", async () => {
    const { submit, deliver, row } = oneJob();
    await submit();
    await deliver("OK", { video: VIDEO });
    expect([row().status, row().cost]).toEqual(["succeeded", { estimated_usd: 0.4 }]);
  });

  it("the cost of a job is also stored for a late result", async () => {
    const scene = oneJob();
    await scene.submit();
    await scene.deliver("ERROR", { detail: "no" });
    await scene.deliver("OK", { video: VIDEO });
    expect(scene.row()).toMatchObject({
      status: "failed",
      cost: { estimated_usd: 0.4 },
      late_result: { video: VIDEO },
    });
  });

  it("the cost of a job is an estimate while the job is open", async () => {
    const { submit, get, fal } = oneJob();
    fal.status = answered(202, { status: "IN_QUEUE" });
    await submit();
    expect(JSON.parse((await get()).body).cost).toEqual({ estimated_usd: 0.4 });
  });
});
