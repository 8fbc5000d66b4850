import { expect, it } from "vitest";
import { spansOf, typicalOf } from "../../../console/spans.ts";
import type { Job } from "../../../console/types.ts";

const at = (second: number) => new Date(Date.parse("2026-11-22T12:00:00.000Z") + second * 1_000).toISOString();
const typical = { queueMs: 2_000, runMs: 5_000 };

function job(
  timeline: readonly (readonly [second: number, event: string, by: string])[],
  rest: Partial<Job> = {},
): Job {
  return {
    created_at: at(0),
    timeline: timeline.map(([second, event, by]) => ({ at: at(second), event, by })),
    ...rest,
  } as Job;
}

function told(timeline: Parameters<typeof job>[0], rest?: Partial<Job>) {
  return spansOf(job(timeline, rest), typical).map(({ name, whose, from, to, isBad }) => {
    const seconds = [from, to].map((ms) => (ms === undefined ? "…" : (ms - Date.parse(at(0))) / 1_000));
    return `${name} (${whose}${isBad ? ", bad" : ""}) ${seconds.join("–")}`;
  });
}

it("the spans of a job that took its course follow each other, and the copy and each delivery are spans of their own", () => {
  const spans = told(
    [
      [0, "submitting", "submit"],
      [1, "queued", "submit"],
      [4, "running", "read"],
      [9, "succeeded", "webhook"],
      [11, "archived", "archive"],
    ],
    { deliveries: [{ attempt: 1, at: at(13), latency_ms: 1_000, status: 500, error: "it answered 500" }] },
  );
  expect(spans).toEqual([
    "accepted and posted (ours) 0–1",
    "in fal's queue (queue) 1–4",
    "running at fal (fal) 4–9",
    "video kept (ours) 9–11",
    "delivered (1: 500) (ours, bad) 12–13",
  ]);
});

it("the spans of a job that is still open last", () => {
  const queued = [
    [0, "submitting", "submit"],
    [1, "queued", "submit"],
  ] as const;
  expect(told(queued)).toEqual(["accepted and posted (ours) 0–1", "in fal's queue (queue) 1–…"]);
});

it("the spans of a job whose answer was lost, and of one that was posted again, say so", () => {
  const lost = [
    [0, "submitting", "submit"],
    [5, "unconfirmed", "submit"],
    [30, "confirmed", "webhook"],
    [31, "succeeded", "sweep"],
  ] as const;
  expect(told(lost)).toEqual([
    "accepted and posted (ours, bad) 0–5",
    "unknown at fal (unknown) 5–30",
    "at fal, start not seen (queue) 30–31",
  ]);
  const again = [
    [0, "submitting", "submit"],
    [1, "not_accepted", "submit"],
    [6, "attempt_started", "sweep"],
    [7, "queued", "sweep"],
  ] as const;
  expect(told(again)).toEqual([
    "accepted and posted (ours, bad) 0–1",
    "waiting to post again (ours) 1–6",
    "posted (2) (ours) 6–7",
    "in fal's queue (queue) 7–…",
  ]);
});

it("the typical times are the medians of jobs that ran", () => {
  const ran = (started: number, settled: number) =>
    job([], { submitted_at: at(0), started_at: at(started), settled_at: at(settled) });
  expect(typicalOf([ran(1, 10), ran(3, 8), ran(9, 90), job([])])).toEqual({ queueMs: 3_000, runMs: 9_000 });
  expect(typicalOf([])).toEqual({ queueMs: undefined, runMs: undefined });
});
