import { describe, expect, it } from "vitest";
import type { CallOutcome } from "../../lambdas/fal/call-once.ts";
import {
  answered,
  CANCELLED,
  COMPLETED,
  finish,
  hourMs,
  minuteMs,
  oneJob,
  REQUESTED,
  SUCCESS,
  VIDEO,
} from "../support/one-job.ts";

describe("cancelling a job at fal", () => {
  it("cancelling a job at fal is recorded before fal is asked (P18), and the job stays open until fal's outcome is known", async () => {
    const { fal, row, submit, cancel } = oneJob();
    await submit();
    const told = await cancel();
    expect(fal.cancellations).toMatchObject([{ cancel_requested_at: expect.any(String), fal_cancel: "due" }]);
    expect(told).toMatchObject({ status: "queued", cancel_requested_at: expect.any(String) });
    expect(row()).toMatchObject({ status: "queued", fal_cancel: "acknowledged" });
    expect(row().due_at).toBeDefined();
  });

  it.each<[string, CallOutcome, object]>([
    ["canceled, when fal stopped it", CANCELLED, { status: "canceled" }],
    ["succeeded, when it was too late", SUCCESS, { status: "succeeded", result: { video: VIDEO } }],
    ["failed, when it failed first", answered(422, { detail: [{ type: "missing", msg: "m" }] }), { status: "failed" }],
    ["canceled, when fal forgot it after acknowledging (P18)", answered(404), { status: "canceled" }],
  ])("cancelling a job at fal ends %s", async (_, result, expected) => {
    const { fal, row, submit, cancel, sweepFor } = oneJob();
    await submit();
    await cancel();
    finish(fal, result);
    await sweepFor(10 * minuteMs);
    expect(row()).toMatchObject({ ...expected, settled_by: "sweep" });
  });

  it("cancelling a job at fal returns the result, not canceled, when fal says it has finished", async () => {
    const { fal, row, submit, cancel, sweepFor } = oneJob();
    await submit();
    Object.assign(finish(fal, SUCCESS), { cancellation: COMPLETED });
    expect(await cancel()).toMatchObject({ status: "queued" });
    expect(row()).toMatchObject({ fal_cancel: "too_late" });
    await sweepFor(10 * minuteMs);
    expect(row()).toMatchObject({ status: "succeeded", result: { video: VIDEO } });
  });

  it("cancelling a job at fal is not reported as canceled when fal first says finished and then no longer knows the request", async () => {
    const { fal, row, submit, cancel, sweepFor } = oneJob();
    await submit();
    Object.assign(finish(fal, answered(404)), { cancellation: COMPLETED });
    await cancel();
    await sweepFor(3 * hourMs);
    expect(row()).toMatchObject({ status: "failed", error: { code: "result_expired" } });
  });

  it.each(["OK", "ERROR"] as const)(
    "cancelling a job at fal applies the webhook's %s that arrives while fal is asked",
    async (status) => {
      const { fal, row, submit, cancel, deliver } = oneJob();
      await submit();
      fal.during = () =>
        deliver(status, status === "OK" ? { video: VIDEO } : { detail: "x", error_type: "client_cancelled" });
      const expected = status === "OK" ? "succeeded" : "canceled";
      expect(await cancel()).toMatchObject({ status: expected, settled_by: "webhook" });
      expect(row()).toMatchObject({ status: expected });
    },
  );

  it("cancelling a job at fal stores a video that arrives after the cancellation beside the state", async () => {
    const { row, submit, cancel, deliver } = oneJob();
    await submit();
    await cancel();
    await deliver("ERROR", { detail: "x", error_type: "client_cancelled" });
    await deliver("OK", { video: VIDEO });
    expect(row()).toMatchObject({ status: "canceled", late_result: { video: VIDEO } });
  });

  it.each<[string, CallOutcome]>([
    ["cannot be reached", { kind: "not_sent", reason: "ECONNREFUSED" }],
    ["does not answer", { kind: "unanswered", reason: "ECONNRESET" }],
    ["is down", answered(503)],
    ["is busy", answered(429)],
    ["refuses the key", answered(401)],
  ])("cancelling a job at fal that %s is repeated by the sweep until fal answers (P14)", async (_, cancellation) => {
    const { fal, row, submit, cancel, sweepFor } = oneJob();
    await submit();
    fal.cancellation = cancellation;
    expect(await cancel()).toMatchObject({ status: "queued", cancel_requested_at: expect.any(String) });
    expect(row()).toMatchObject({ fal_cancel: "due" });
    await sweepFor(10 * minuteMs);
    const asked = fal.cancellations.length;
    expect(asked).toBeGreaterThan(1);
    fal.cancellation = REQUESTED;
    await sweepFor(20 * minuteMs);
    expect(row()).toMatchObject({ fal_cancel: "acknowledged" });
    expect(fal.cancellations).toHaveLength(asked + 1);
  });

  it("cancelling a job at fal is recorded even while fal's key is missing, and sent to fal once the key exists", async () => {
    const { fal, row, service, submit, cancel, sweepFor } = oneJob();
    await submit();
    service.state.falKey = undefined;
    expect(await cancel()).toMatchObject({ cancel_requested_at: expect.any(String) });
    expect(row()).toMatchObject({ fal_cancel: "due" });
    service.state.falKey = "key";
    await sweepFor(10 * minuteMs);
    expect(row()).toMatchObject({ fal_cancel: "acknowledged" });
    expect(fal.cancellations).toHaveLength(1);
  });

  it("a second time is the same request: fal is asked once", async () => {
    const { fal, row, submit, cancel } = oneJob();
    await submit();
    await cancel();
    const before = row();
    expect(await cancel()).toMatchObject({ status: "queued" });
    expect([fal.cancellations.length, row()]).toEqual([1, before]);
  });

  it("cancelling a job at fal ten times at once is one request, recorded once", async () => {
    const { row, submit, cancel } = oneJob();
    await submit();
    await Promise.all(Array.from({ length: 10 }, cancel));
    expect(row().timeline.filter((entry) => entry.event === "cancel_requested")).toHaveLength(1);
  });

  it("cancelling a job at fal that cannot be recorded is a 503, and fal is not asked (P18)", async () => {
    const { fal, service, submit, cancelRefused } = oneJob();
    await submit();
    service.state.tableIsDown = true;
    expect(await cancelRefused()).toBe(503);
    expect(fal.cancellations).toHaveLength(0);
  });

  it("cancelling a job at fal never causes a job to be sent again, even when fal never started it", async () => {
    const { fal, row, submit, cancel, sweepFor } = oneJob();
    await submit();
    await cancel();
    const body = JSON.stringify({ detail: "x", error_type: "request_timeout" });
    finish(fal, { kind: "answered", status: 504, headers: { "x-fal-request-timeout-type": "user" }, body });
    await sweepFor(3 * hourMs);
    expect(row()).toMatchObject({ status: "canceled" });
    expect(fal.posts).toHaveLength(1);
  });
});

describe("cancelling a settled job", () => {
  it.each(["OK", "ERROR"] as const)("cancelling a settled job returns the unchanged job, after %s", async (status) => {
    const { fal, row, submit, cancel, deliver } = oneJob();
    await submit();
    await deliver(status, status === "OK" ? { video: VIDEO } : { detail: "x" });
    const before = row();
    expect(await cancel()).toMatchObject({ status: before.status, settled_by: "webhook" });
    expect([row(), fal.cancellations.length]).toEqual([before, 0]);
  });
});
