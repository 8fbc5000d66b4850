import * as z from "zod/mini";
import { USAGE_MAX_DAYS } from "../limits.ts";
import { USAGE_GROUPS, type UsageGroup } from "./usage.ts";
import { type FieldError, pointer, type Refusal, validate } from "./validation.ts";

const dayMs = 24 * 60 * 60 * 1000;
const time = z.union([z.iso.date(), z.iso.datetime({ offset: true })], {
  error: "must be a day such as 2026-11-22 or a time such as 2026-11-22T12:00:00Z",
});

/** The query of `GET /usage`. */
export const usageQuery = z.strictObject({
  from: z.optional(time),
  to: z.optional(time),
  group_by: z.optional(z.enum(USAGE_GROUPS, { error: `must be ${USAGE_GROUPS.join(" or ")}` })),
});

/** A period, from its first millisecond to before its end, in epoch milliseconds. */
export interface UsagePeriod {
  readonly from: number;
  readonly to: number;
  readonly groupBy: UsageGroup | undefined;
}

/**
 * Parses the query. Without `to` the period ends now; without `from` it starts as long before that as is allowed, at a
 * midnight (UTC). `query` has every value of each parameter, by name.
 */
export function parseUsageQuery(query: ReadonlyMap<string, readonly string[]>, now: number): UsagePeriod | Refusal {
  const repeated = [...query].find(([, values]) => values.length !== 1);
  if (repeated) return refusal(repeated[0], "must be given only once");
  const parsed = validate(usageQuery, Object.fromEntries([...query].map(([name, [value]]) => [name, value])));
  if ("errors" in parsed) return parsed;
  const to = parsed.to === undefined ? now : Date.parse(parsed.to);
  const from = parsed.from === undefined ? midnightBefore(to - (USAGE_MAX_DAYS - 1) * dayMs) : Date.parse(parsed.from);
  if (from >= to) return refusal("from", "must be before to");
  if (to - from > USAGE_MAX_DAYS * dayMs) return refusal("from", `must be at most ${USAGE_MAX_DAYS} days before to`);
  return { from, to, groupBy: parsed.group_by };
}

function midnightBefore(at: number): number {
  return Math.floor(at / dayMs) * dayMs;
}

function refusal(name: string, message: string): { readonly errors: readonly FieldError[] } {
  return { errors: [{ pointer: pointer([name]), message }] };
}
