import { expect, it } from "vitest";
import type { Ending } from "../../bench/prove/caller.ts";
import { type Job, planJobs } from "../../bench/prove/plan.ts";
import { isExact, tallyUp } from "../../bench/prove/tally.ts";
import type { Ledger, LedgerRequest } from "../../local/fal/ledger.ts";

const [job, other] = planJobs(1, 2, "tally") as [Job, Job];
const videoOf = (requestId: string): Ending => ({ kind: "video", url: `http://fal/v3.fal.media/${requestId}/a.mp4` });
const failed: Ending = { kind: "failed", message: "no" };

it("a job that is rendered once and whose caller has its video is exact", () => {
  const counts = tally([[job, videoOf("a")]], { a: job });
  expect(counts).toMatchObject({ renders: 1, renders_per_job: 1, paid_twice: 0, delivered: 1, unkept: 0, wrong: [] });
  expect(isExact(counts)).toBe(true);
});

it.each<[string, Ending, Record<string, Job>, object]>([
  ["two renders", videoOf("b"), { a: job, b: job }, { paid_twice: 1, unkept: 1, renders_per_job: 2, delivered: 1 }],
  ["no end", { kind: "lost" }, { a: job }, { lost: 1, unkept: 1 }],
  ["a failure that was rendered", failed, { a: job }, { told_wrongly: 1, unkept: 1 }],
  ["the video of another job", videoOf("b"), { a: job, b: other }, { told_wrongly: 1, delivered: 0 }],
  [
    "a forged video",
    { kind: "video", url: "https://attacker.example/not-yours.mp4" },
    { a: job },
    { forged_believed: 1, told_wrongly: 1 },
  ],
])("a job with %s is counted, and is not exact", (_what, ending, renders, counts) => {
  const found = tally([[job, ending]], renders);
  expect(found).toMatchObject(counts);
  expect(found.wrong).toHaveLength(1);
  expect(isExact(found)).toBe(false);
});

it("a failure that was not rendered is told rightly, but is not exact", () => {
  const counts = tally([[job, failed]], {});
  expect(counts).toMatchObject({ renders: 0, told_wrongly: 0, wrong: [] });
  expect(isExact(counts)).toBe(false);
});

it("an unconfirmed job is exact whether fal rendered it or not, and only a render counts as unkept", () => {
  const jobs: [Job, Ending][] = [
    [job, { kind: "unconfirmed" }],
    [other, videoOf("b")],
  ];
  const rendered = tally(jobs, { a: job, b: other });
  expect(rendered).toMatchObject({ unconfirmed: 1, unconfirmed_rendered: 1, unkept: 1, renders_per_job: 1 });
  expect(isExact(rendered)).toBe(true);
  expect(tally(jobs, { b: other })).toMatchObject({ unconfirmed: 1, unconfirmed_rendered: 0, unkept: 0 });
});

it("the plan of a job depends on the seed and its index only", () => {
  const plans = planJobs(7, 20, "a").map(({ plan }) => plan);
  expect(planJobs(7, 10, "b").map(({ plan }) => plan)).toEqual(plans.slice(0, 10));
  expect(planJobs(8, 20, "a").map(({ plan }) => plan)).not.toEqual(plans);
});

it("a thousand plans have every fault", () => {
  const text = JSON.stringify(planJobs(1, 1_000, "all"));
  const statuses = [500, 502, 503, 504].map((status) => `"status":${status}`);
  const kinds = ["lost_reply", "reset", "before", "after", "slow", "submitting", "waiting"].map((kind) => `"${kind}"`);
  const webhooks = ["dropped", "doubled", "late", "forged", "early"].map((kind) => `"webhook":"${kind}"`);
  const others = ['"failedReads":1', '"failedReads":2', '"losesAnswer":true', '"posts":4'];
  for (const part of [...statuses, ...kinds, ...webhooks, ...others]) expect(text).toContain(part);
});

/** Counts over a ledger in which each request id is a billed render of a job. */
function tally(endings: readonly (readonly [Job, Ending])[], renders: Record<string, Job>) {
  const requests = Object.entries(renders).map(
    ([request_id, { prompt }]) => ({ request_id, input: { prompt }, billed: true }) as LedgerRequest,
  );
  const ledger: Ledger = { posts: [], requests, deliveries: [] };
  return tallyUp(
    endings.map(([each]) => each),
    new Map(endings),
    ledger,
  );
}
