import { factsOf, groupUsage, sumUsage, USAGE_KEYS } from "../contract/usage.ts";
import { parseUsageQuery } from "../contract/usage-query.ts";
import type { Route } from "../http/api.ts";
import { orInvalid } from "../http/or-invalid.ts";
import { ownerOf } from "../http/owner.ts";
import { Problem } from "../http/problem.ts";
import { orUnavailable } from "../http/unavailable.ts";
import { iso } from "../job/deadlines.ts";
import type { UsageFacts } from "../job/job.ts";
import { PAGE_MAX_JOBS, USAGE_MAX_JOBS } from "../limits.ts";
import { type Budgets, limitOf, secondsToMidnight } from "../table/budget.ts";
import type { JobTable } from "../table/job-table.ts";

export interface UsageReader {
  readonly table: Pick<JobTable, "list" | "readRows" | "readSpent">;
  readonly owners: ReadonlyMap<string, string>;
  readonly budgets: Budgets;
  /** Epoch milliseconds. */
  readonly now: () => number;
}

const INVALID_QUERY = "Some query parameters are not valid. `errors` lists each of them.";

/**
 * `GET /usage`: what the caller's jobs of a period came to. It is added up from the jobs themselves, so it is exact
 * whatever was repeated or crashed; jobs that the table no longer keeps are not in it. Throws `invalid_request`, also
 * if the period has too many jobs.
 */
export function readUsage(service: UsageReader): Route {
  return async (request) => {
    const owner = ownerOf(request, service.owners);
    const { from, to, groupBy } = orInvalid(parseUsageQuery(request.query, service.now()), INVALID_QUERY);
    const facts = await orUnavailable(collect(service.table, owner, from, to));
    if (facts === "too many") {
      const message = `must be later: the period has more than ${USAGE_MAX_JOBS} jobs`;
      throw new Problem("invalid_request", INVALID_QUERY, { errors: [{ pointer: "/from", message }] });
    }
    const groups = groupBy && groupUsage(facts, USAGE_KEYS[groupBy]).map(([key, sum]) => ({ [groupBy]: key, ...sum }));
    const budget = await orUnavailable(readBudget(service, owner));
    return { status: 200, body: { from: iso(from), to: iso(to), total: sumUsage(facts), budget, groups } };
  };
}

async function readBudget({ table, budgets, now }: UsageReader, owner: string) {
  const limit_usd = limitOf(budgets, owner);
  if (limit_usd === undefined) return undefined;
  const at = now();
  const resets_at = iso((Math.floor(at / 1000) + secondsToMidnight(at)) * 1000);
  return { limit_usd, spent_usd: await table.readSpent(owner, at), resets_at };
}

async function collect(table: UsageReader["table"], owner: string, from: number, to: number) {
  const facts: UsageFacts[] = [];
  // Sort keys are `created_at#id`, so that the bounds lie just before all jobs of their times.
  const range = { from: iso(from), to: iso(to), limit: PAGE_MAX_JOBS };
  let before: string | undefined;
  for (let listed = 0; ; ) {
    const page = await table.list(owner, { ...range, before });
    listed += page.listed.length;
    if (listed > USAGE_MAX_JOBS) return "too many";
    const rows = await table.readRows(page.listed.map(({ id }) => id));
    facts.push(...rows.flatMap((row) => factsOf(row) ?? []));
    if (page.isLast) return facts;
    before = page.listed.at(-1)?.created_at_id;
  }
}
