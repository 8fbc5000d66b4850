import { describe, expect, it } from "vitest";
import type { JobEvent, Policy } from "../../../lambdas/job/event.ts";
import type { DeliveryEntry, Job } from "../../../lambdas/job/job.ts";
import { transition } from "../../../lambdas/job/transition.ts";
import { BIRTH_MS, become, birth, jobError, jobResult, policy } from "../../support/jobs.ts";

const at = BIRTH_MS + 10_000;
const later = at + 5000;
const minuteMs = 60_000;
const accepted: JobEvent = { at, by: "submit", type: "accepted", requestId: "req-1" };
const succeeded: JobEvent = { at, by: "webhook", type: "succeeded", result: jobResult };
const failed: JobEvent = { at, by: "webhook", type: "failed", error: jobError };
const expired: JobEvent = { at, by: "sweep", type: "deadline_passed", error: jobError };
const begun: JobEvent = { at, by: "deliver", type: "delivery_claimed", lookAt: at + 100_000, body: "first" };
const begunAgain: JobEvent = {
  at: later,
  by: "sweep",
  type: "delivery_claimed",
  lookAt: later + 100_000,
  body: "other",
};
const redelivery: JobEvent = { at: later, by: "redeliver", type: "redelivery_requested" };
const queued = become({ ...birth(), callback_url: "https://example.com/hook" }, accepted);
const done = become(queued, failed);

function entry(attempt: number, change: Partial<DeliveryEntry> = {}): DeliveryEntry {
  return { attempt, at: new Date(at).toISOString(), status: 200, latency_ms: 5, ...change };
}

function told(change: Partial<Extract<JobEvent, { type: "delivery_attempted" }>> = {}): JobEvent {
  const lease = at + 100_000;
  const whole = { isPublished: true, ended: "delivered", retryAt: undefined, entry: entry(1), lease } as const;
  return { at, by: "deliver", type: "delivery_attempted", ...whole, ...change };
}

describe("delivering a job's final event", () => {
  it.each<[string, JobEvent, Partial<Policy>, number]>([
    ["a failure", failed, {}, at],
    ["a cancellation", { at, by: "sweep", type: "canceled" }, {}, at],
    ["an expiry", expired, {}, at],
    ["a success whose video is archived first (P21)", succeeded, {}, at + minuteMs],
    ["a success whose video is already stored", { ...succeeded, videoKey: "videos/a/b.mp4" } as JobEvent, {}, at],
    ["a success with archiving disabled", succeeded, { archivesVideos: false }, at],
  ])("delivering a job's final event is due after %s", (_, event, change, due) => {
    expect(transition(queued, event, { ...policy, ...change }).deliver_due).toBe(due);
  });

  it("delivering a job's final event is not due while the job is open", () => {
    expect(queued.deliver_due).toBeUndefined();
    for (const event of [begun, told(), redelivery]) expect(transition(queued, event, policy)).toBe(queued);
  });

  it("P7: delivering a job's final event counts each attempt when it starts, under a lease, and leaves the state and the timeline unchanged", () => {
    const once = become(done, begun);
    expect(once).toMatchObject({ status: "failed", deliver_due: at + 100_000, timeline: done.timeline });
    expect(once.delivery).toMatchObject({ attempts: 1, body: "first" });
  });

  it("P21: delivering a job's final event keeps the first rendered body", () => {
    expect(become(done, begun, begunAgain).delivery).toMatchObject({ attempts: 2, body: "first" });
  });

  it("delivering a job's final event leaves nothing to do once everything is delivered", () => {
    const over = become(done, begun, told());
    expect(over).toMatchObject({ delivery: { is_published: true, ended: "delivered" }, deliveries: [entry(1)] });
    expect([over.deliver_due, over.check_due, over.due_at]).toEqual([undefined, undefined, undefined]);
    for (const event of [begun, told()]) expect(transition(over, event, policy)).toBe(over);
  });

  it.each<[string, Job, Partial<Job>]>([
    ["a cancel at fal due (P14)", become(queued, expired), { check_due: at + minuteMs, fal_cancel: "due" }],
    ["a video copy due", become(queued, succeeded), { archive_due: at }],
  ])("delivering a job's final event leaves %s", (_, job, expected) => {
    const over = become(job, begun, told());
    expect(over).toMatchObject(expected);
    expect([over.deliver_due, over.due_at]).toEqual([undefined, expected.archive_due ?? expected.check_due]);
  });

  it("delivering a job's final event continues later if something is left", () => {
    const waiting = become(done, begun, told({ isPublished: false, ended: undefined, retryAt: later }));
    expect(waiting).toMatchObject({ deliver_due: later, due_at: later, delivery: { is_published: false } });
  });

  it("delivering a job's final event keeps the latest thirty deliveries", () => {
    const attempts = Array.from({ length: 40 }, (_, index) => index + 1);
    const steps = attempts.flatMap((attempt) => [
      begun,
      told({ entry: entry(attempt), ended: undefined, retryAt: at }),
    ]);
    expect(become(done, ...steps).deliveries?.map(({ attempt }) => attempt)).toEqual(attempts.slice(-30));
  });

  it("delivering a job's final event adds no delivery if no callback was sent", () => {
    expect(become(done, begun, told({ entry: undefined })).deliveries).toBeUndefined();
  });
});

describe("a redelivery", () => {
  it.each<["delivered" | "gone" | "exhausted"]>([["delivered"], ["gone"], ["exhausted"]])(
    "a redelivery of what is %s starts again, with the same event (P21)",
    (ended) => {
      const again = become(done, begun, told({ ended }), redelivery);
      expect(again).toMatchObject({ deliver_due: later, due_at: later, deliveries: [entry(1)] });
      expect(again.delivery).toEqual({
        attempts: 0,
        round: 1,
        body: "first",
        is_published: true,
        ended: undefined,
        redelivered_at: later,
        is_requested: true,
      });
    },
  );

  it("a redelivery is not undone by the attempt that was in progress when it was requested", () => {
    const asked = become(done, begun, redelivery);
    // P7: nobody else delivers it before the lease ends.
    expect(asked.deliver_due).toBe(at + 100_000);
    const over = become(asked, told({ ended: "exhausted", retryAt: undefined }));
    expect(over).toMatchObject({ deliver_due: at, delivery: { attempts: 1, round: 1 }, deliveries: [entry(1)] });
    expect(over.delivery?.ended).toBeUndefined();
  });

  it("P2: a redelivery keeps the lease of its claim when an earlier outcome is written again", () => {
    const publishedOnly = told({ entry: undefined, ended: "delivered" });
    const claimed = become(done, begun, publishedOnly, redelivery, begunAgain);
    expect(become(claimed, publishedOnly)).toBe(claimed);
    expect(become(claimed, told())).toMatchObject({ deliver_due: claimed.deliver_due, delivery: claimed.delivery });
  });

  it("a redelivery of what waits for its next attempt starts immediately", () => {
    const waiting = become(done, begun, told({ ended: undefined, retryAt: at + 3_600_000 }));
    const asked = become(waiting, redelivery);
    expect(asked).toMatchObject({ deliver_due: later, delivery: { attempts: 1, is_requested: true } });
    expect(become(asked, begunAgain).delivery?.is_requested).toBeUndefined();
  });

  it("P27: a redelivery is left to the sweep when the last attempt recorded nothing", () => {
    const late: JobEvent = { ...redelivery, at: at + 100_000 };
    const asked = become(done, begun, late);
    expect([asked.deliver_due, asked.delivery?.is_requested]).toEqual([at + 100_000, undefined]);
  });

  it("a redelivery changes nothing before the first delivery, and nothing without a callback", () => {
    for (const job of [done, become({ ...birth(), status: "failed" }, begun)]) {
      expect(transition(job, redelivery, policy)).toBe(job);
    }
  });
});
