import { describe, expect, it } from "vitest";
import { collectLogs } from "../../support/logs.ts";
import { tinyFilm } from "../../support/mp4.ts";
import { answering, ENDINGS, hourMs, minuteMs, secondMs, settledJob, succeeded } from "./settled-job.ts";

const VIDEO_BYTES = tinyFilm("a video");

describe("a receiver", () => {
  it("a receiver that answers 500 three times gets the event on the fourth attempt", async () => {
    const { service, state, row, tell, sweepWhenDue } = await settledJob();
    state.receiver = answering({ status: 500 }, { status: 500 }, { status: 500 }, { status: 200 });
    await tell();
    for (let sweeps = 0; sweeps < 5; sweeps++) await sweepWhenDue();
    expect(service.callbacks).toHaveLength(4);
    expect(row().deliveries?.map(({ attempt, status }) => [attempt, status])).toEqual([
      [1, 500],
      [2, 500],
      [3, 500],
      [4, 200],
    ]);
    expect(row().due_at).toBeUndefined();
  });

  it.each(Object.keys(ENDINGS) as (keyof typeof ENDINGS)[])(
    "a receiver that is down for an hour gets the event of a job that has %s once it is back",
    async (status) => {
      const { service, state, row, tell, sweepAfter } = await settledJob(ENDINGS[status]);
      state.receiver = answering({ error: "the connection was refused" });
      await tell();
      for (let minutes = 0; minutes < 60; minutes++) await sweepAfter(minuteMs);
      expect(row().delivery?.ended).toBeUndefined();
      const before = service.callbacks.length;
      state.receiver = answering({ status: 200 });
      for (let minutes = 0; minutes < 3 * 60; minutes++) await sweepAfter(minuteMs);
      expect(service.callbacks).toHaveLength(before + 1);
      expect([row().status, row().delivery?.ended, row().due_at]).toEqual([status, "delivered", undefined]);
    },
  );

  it("a receiver that never answers is retried no earlier than each delay, and then given up, with a metric", async () => {
    const { metrics } = collectLogs();
    const { service, state, row, tell, sweepWhenDue } = await settledJob();
    state.receiver = answering({ status: 503 });
    await tell();
    const waits: number[] = [];
    while (row().deliver_due !== undefined) waits.push(await sweepWhenDue());
    const delays = [
      5 * secondMs,
      minuteMs,
      5 * minuteMs,
      30 * minuteMs,
      ...[2, 5, 10, 14, 20, 24].map((h) => h * hourMs),
    ];
    expect(waits).toEqual(delays.map((ms) => Math.round(ms * 1.05)));
    expect([service.callbacks.length, service.published.length, metrics]).toEqual([11, 1, ["CallbackGivenUp"]]);
    expect(row()).toMatchObject({ status: "failed", delivery: { attempts: 11, ended: "exhausted" } });
  });

  it("a receiver that is still down when the job is about to expire is given up, because the job could no longer be read (P9)", async () => {
    const { state, row, tell, sweepWhenDue } = await settledJob();
    state.nowMs = (row().expires_at ?? 0) * secondMs - 30 * secondMs;
    state.receiver = answering({ status: 503 });
    await tell();
    expect(row().delivery?.ended).toBeUndefined();
    await sweepWhenDue();
    expect(row()).toMatchObject({ delivery: { attempts: 2, ended: "exhausted" } });
    expect(row().deliver_due).toBeUndefined();
  });

  it("a receiver that finally accepts the event is not counted as given up", async () => {
    const { metrics } = collectLogs();
    const { state, row, tell, sweepWhenDue } = await settledJob();
    state.receiver = answering(...Array.from({ length: 10 }, () => ({ status: 500 })), { status: 200 });
    await tell();
    while (row().deliver_due !== undefined) await sweepWhenDue();
    expect([row().delivery?.ended, metrics]).toEqual(["delivered", []]);
  });

  it.each([
    ["2 s counts for nothing", 2 * secondMs, 5.25 * secondMs],
    ["ten minutes is honoured", 10 * minuteMs, 10 * minuteMs],
    ["a week counts for a day (P9)", 7 * 24 * hourMs, 24 * hourMs],
  ])("a receiver is retried accordingly: its Retry-After of %s", async (_, retryAfterMs, waitMs) => {
    const { state, row, tell } = await settledJob();
    state.receiver = answering({ status: 503, retryAfterMs });
    await tell();
    expect((row().deliver_due ?? 0) - state.nowMs).toBe(waitMs);
  });

  it("a receiver that answers 410 gets no more requests", async () => {
    const { service, state, tell, sweepAfter } = await settledJob();
    state.receiver = answering({ status: 410 });
    await tell();
    for (let sweeps = 0; sweeps < 10; sweeps++) await sweepAfter(24 * hourMs);
    expect(service.callbacks).toHaveLength(1);
  });
});

describe("a bus that never accepts an event", () => {
  it("a bus that never accepts an event is given up with a metric, and the accepted callback stays delivered", async () => {
    const { metrics } = collectLogs();
    const { service, state, row, tell, sweepWhenDue } = await settledJob();
    state.busIsDown = true;
    await tell();
    while (row().deliver_due !== undefined) await sweepWhenDue();
    expect([service.callbacks.length, row().delivery?.ended, metrics]).toEqual([1, "delivered", ["EventGivenUp"]]);
  });
});

describe("P21: an event", () => {
  it("P21: an event is sent again byte for byte under the same id, whatever happens to the job meanwhile", async () => {
    const { service, state, row, sweepWhenDue, sweepAfter } = await settledJob(succeeded);
    state.receiver = answering({ status: 500 }, { status: 500 }, { status: 200 });
    // fal's CDN is down for more than a minute, so the callback is sent before the copy exists.
    await sweepAfter(0);
    await sweepAfter(minuteMs);
    await sweepWhenDue();
    service.videos.set(row().result?.video.url ?? "", VIDEO_BYTES);
    for (let sweeps = 0; sweeps < 5; sweeps++) await sweepAfter(5 * minuteMs);
    expect(row()).toMatchObject({ video_key: expect.any(String), delivery: { ended: "delivered" } });
    const sent = service.callbacks.map(({ headers, body }) => `${headers["webhook-id"]} ${body}`);
    expect([sent.length, new Set(sent).size]).toEqual([3, 1]);
    expect(sent[0]).not.toContain("sha256");
    expect(service.callbacks.map(({ headers }) => headers["webhook-timestamp"])).toEqual(
      row().deliveries?.map(({ at }) => String(Math.floor(Date.parse(at) / 1000))),
    );
  });

  it("P21: an event has a separate timestamp for each attempt", async () => {
    const { service, state, tell, sweepWhenDue } = await settledJob();
    state.receiver = answering({ status: 500 });
    await tell();
    await sweepWhenDue();
    const [first, second] = service.callbacks.map(({ headers }) => Number(headers["webhook-timestamp"]));
    expect((second ?? 0) - (first ?? 0)).toBeGreaterThanOrEqual(5);
  });
});
