import { describe, expect, it } from "vitest";
import {
  accepted,
  busy,
  CANCELLED,
  finish,
  hourMs,
  minuteMs,
  oneJob,
  type Told,
  unknown,
  VIDEO,
} from "../support/one-job.ts";

describe("cancelling a job that fal does not have", () => {
  it("cancelling a job that fal does not have settles it as canceled immediately after a certain rejection, without asking fal, and it is never sent again", async () => {
    const { fal, submit, cancel, sweepFor } = oneJob();
    fal.submission = busy;
    await submit();
    expect(await cancel()).toMatchObject({ status: "canceled", settled_by: "cancel" });
    await sweepFor(3 * hourMs);
    expect([fal.posts.length, fal.cancellations.length]).toEqual([1, 0]);
  });

  it("cancelling a job that fal does not have settles it as canceled immediately before its first POST", async () => {
    const { fal, service, submit, cancel, sweepFor } = oneJob();
    service.state.falKey = undefined;
    await submit();
    expect(await cancel()).toMatchObject({ status: "canceled" });
    service.state.falKey = "key";
    await sweepFor(3 * hourMs);
    expect(fal.posts).toHaveLength(0);
  });
});

describe("cancelling while the POST is under way", () => {
  it("cancelling while the POST is under way is recorded, and once fal has accepted, fal is asked and the job ends canceled", async () => {
    const { fal, row, submit, cancel, sweepFor } = oneJob();
    let told: Told | undefined;
    fal.during = async () => {
      told ??= await cancel();
    };
    await submit();
    expect(told).toMatchObject({ status: "submitting", cancel_requested_at: expect.any(String) });
    expect(row()).toMatchObject({ status: "queued", request_id: "req-1", fal_cancel: "due" });
    finish(fal, CANCELLED);
    await sweepFor(5 * minuteMs);
    expect(fal.cancellations).toHaveLength(1);
    expect(row()).toMatchObject({ status: "canceled", settled_by: "sweep" });
  });

  it("cancelling while the POST is under way settles the job as canceled when fal certainly rejects it, and it is never sent again", async () => {
    const { fal, row, submit, cancel, sweepFor } = oneJob();
    fal.submission = busy;
    fal.during = cancel;
    await submit();
    expect(row()).toMatchObject({ status: "canceled" });
    await sweepFor(3 * hourMs);
    expect([fal.posts.length, fal.cancellations.length]).toEqual([1, 0]);
  });

  it.each(["accepted", "unknown"] as const)(
    "cancelling while the POST is under way never reports a job as canceled when its video arrived before the answer, %s",
    async (then) => {
      const { fal, row, submit, cancel, deliver } = oneJob();
      fal.submission = then === "accepted" ? accepted : unknown;
      fal.during = async () => {
        await cancel();
        await deliver("OK", { video: VIDEO });
      };
      await submit();
      expect(row()).toMatchObject({
        status: "succeeded",
        result: { video: VIDEO },
        cancel_requested_at: expect.any(String),
      });
    },
  );

  it("cancelling while the POST is under way settles the job as canceled when fal certainly rejects it, even if a sweep came between", async () => {
    const { fal, row, service, submit, cancel, sweepFor } = oneJob();
    fal.submission = busy;
    fal.during = async () => {
      await cancel();
      await service.sweep();
    };
    await submit();
    await sweepFor(3 * hourMs);
    expect(row()).toMatchObject({ status: "canceled" });
  });
});

describe("cancelling a job whose submission is unconfirmed", () => {
  it("cancelling a job whose submission is unconfirmed is recorded; the job is never sent again, and ends with what is known", async () => {
    const { fal, row, submit, cancel, sweepFor } = oneJob();
    fal.submission = unknown;
    await submit();
    expect(await cancel()).toMatchObject({ status: "submitting", error: { code: "submission_unconfirmed" } });
    await sweepFor(3 * hourMs);
    expect(row()).toMatchObject({ status: "failed", error: { code: "submission_unconfirmed" } });
    expect([fal.posts.length, fal.cancellations.length]).toEqual([1, 0]);
  });

  it("cancelling a job whose submission is unconfirmed loses to a video that arrives, because it was paid for", async () => {
    const { fal, row, submit, cancel, deliver } = oneJob();
    fal.submission = unknown;
    await submit();
    await cancel();
    await deliver("OK", { video: VIDEO });
    expect(row()).toMatchObject({ status: "succeeded", cancel_requested_at: expect.any(String) });
  });
});
