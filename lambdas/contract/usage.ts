import * as z from "zod/mini";
import { BILLED, type BilledOrNot, billedOf } from "../job/billed.ts";
import { type Job, type Status, type Tombstone, type UsageFacts, videoOf } from "../job/job.ts";

export function usageFacts(job: Job): UsageFacts {
  const { status, endpoint, created_at, settled_at, cost } = job;
  return {
    status,
    endpoint,
    created_at,
    billed: billedOf(job),
    estimated_usd: cost?.estimated_usd,
    actual_usd: cost?.actual_usd,
    video_seconds: videoOf(job)?.duration_seconds,
    ms_to_terminal: settled_at === undefined ? undefined : Date.parse(settled_at) - Date.parse(created_at),
  };
}

/** The facts of a row of the table; undefined for a tombstone of an earlier release, which has none. */
export function factsOf(row: Job | Tombstone): UsageFacts | undefined {
  return "deleted_at" in row ? row.usage : usageFacts(row);
}

const count = z.int();
const usd = z.number();

export const usageSumSchema = z.object({
  jobs: count.check(z.describe("All jobs that were created in the period.")),
  open: count,
  succeeded: count,
  failed: count,
  canceled: count,
  expired: count,
  billed: z
    .object({ yes: count, no: count, unknown: count })
    .check(z.describe("Settled jobs by whether fal bills them.")),
  estimated_usd: usd.check(
    z.describe("Sum of the estimates of the jobs that fal bills or may bill, and of open ones."),
  ),
  actual_usd: usd.check(z.describe("Sum of what fal reported that it bills. It reports this for some jobs only.")),
  video_seconds: z.number().check(z.describe("Sum of the lengths of the videos whose length is known.")),
  seconds_to_terminal: z.optional(
    z
      .object({ p50: z.number(), p95: z.number() })
      .check(z.describe("From creation to the end, of settled jobs. Absent if there are none.")),
  ),
});
export type UsageSum = z.infer<typeof usageSumSchema>;

export const USAGE_GROUPS = ["day", "endpoint"] as const;
export type UsageGroup = (typeof USAGE_GROUPS)[number];

export const usageSchema = z.object({
  from: z.iso.datetime(),
  to: z.iso.datetime(),
  total: usageSumSchema,
  budget: z.optional(
    z
      .object({
        limit_usd: usd.check(z.describe("What the jobs of one day (UTC) may cost, by estimate.")),
        spent_usd: usd.check(z.describe("What the jobs of today took from it.")),
        resets_at: z.iso.datetime(),
      })
      .check(z.describe("The budget of today. Absent if the owner has no limit.")),
  ),
  groups: z.optional(
    z
      .readonly(
        z.array(
          z.extend(usageSumSchema, {
            day: z.optional(z.iso.date().check(z.describe("The day (UTC) on which the jobs were created."))),
            endpoint: z.optional(z.string()),
          }),
        ),
      )
      .check(z.describe("One for each day or endpoint that has jobs, in order. Only with `group_by`.")),
  ),
});

/** The sums of some jobs. Amounts are rounded to ten-thousandths, in which they are exact. */
export function sumUsage(facts: readonly UsageFacts[]): UsageSum {
  const having = (status: Status) => facts.filter((each) => each.status === status).length;
  const sum = (amount: (each: UsageFacts) => number | undefined) =>
    Math.round(facts.reduce((total, each) => total + (amount(each) ?? 0), 0) * 10_000) / 10_000;
  const settled = facts.filter(({ billed }) => billed !== undefined).length;
  const billed = Object.fromEntries(BILLED.map((kind) => [kind, facts.filter((each) => each.billed === kind).length]));
  const times = facts.flatMap(({ ms_to_terminal }) => ms_to_terminal ?? []).sort((one, other) => one - other);
  return {
    jobs: facts.length,
    open: facts.length - settled,
    succeeded: having("succeeded"),
    failed: having("failed"),
    canceled: having("canceled"),
    expired: having("expired"),
    billed: billed as Record<BilledOrNot, number>,
    estimated_usd: sum(({ billed, estimated_usd }) => (billed === "no" ? 0 : estimated_usd)),
    actual_usd: sum(({ actual_usd }) => actual_usd),
    video_seconds: sum(({ video_seconds }) => video_seconds),
    seconds_to_terminal: times.length === 0 ? undefined : { p50: percentile(times, 0.5), p95: percentile(times, 0.95) },
  };
}

/** The sums by a key of the jobs, in the order of the keys. */
export function groupUsage<Facts extends UsageFacts>(
  facts: readonly Facts[],
  keyOf: (each: Facts) => string,
): readonly (readonly [key: string, sum: UsageSum])[] {
  const groups = new Map<string, Facts[]>();
  for (const each of facts) {
    const group = groups.get(keyOf(each));
    if (group) group.push(each);
    else groups.set(keyOf(each), [each]);
  }
  return [...groups].sort(([one], [other]) => (one < other ? -1 : 1)).map(([key, group]) => [key, sumUsage(group)]);
}

export const USAGE_KEYS: Readonly<Record<UsageGroup, (facts: UsageFacts) => string>> = {
  day: ({ created_at }) => created_at.slice(0, "2026-01-01".length),
  endpoint: ({ endpoint }) => endpoint,
};

/** The nearest-rank percentile, in seconds. */
function percentile(sortedMs: readonly number[], part: number): number {
  return (sortedMs[Math.max(0, Math.ceil(part * sortedMs.length) - 1)] ?? 0) / 1000;
}
