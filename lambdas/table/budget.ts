import { iso } from "../job/deadlines.ts";

/** What an owner may spend in a day (UTC), in US dollars, by estimate; owners without an entry have what `*` says, or no limit. */
export type Budgets = ReadonlyMap<string, number>;

/** What the table holds of an owner's spending on a day. */
export interface BudgetItem {
  readonly id: string;
  /** Ten-thousandths of a dollar, so that sums are exact. */
  readonly spent: number;
  /** Epoch seconds. */
  readonly expires_at: number;
}

/** One job's worth of a day's budget. */
export interface Expense {
  readonly id: string;
  readonly amount: number;
  readonly limit: number;
  readonly expires_at: number;
}

const UNITS_PER_USD = 10_000;
const daySeconds = 86_400;
/** A day's item is of no use on the next, but a clock may be slow. */
const KEPT_SECONDS = 3 * daySeconds;

/** What a job takes from its owner's budget at a time (epoch milliseconds); undefined where there is no budget, or no price. */
export function expenseOf(
  budgets: Budgets,
  owner: string,
  at: number,
  estimatedUsd: number | undefined,
): Expense | undefined {
  const limitUsd = budgets.get(owner) ?? budgets.get("*");
  if (limitUsd === undefined || estimatedUsd === undefined) return undefined;
  return {
    id: `budget#${owner}#${iso(at).slice(0, 10)}`,
    amount: Math.round(estimatedUsd * UNITS_PER_USD),
    limit: Math.round(limitUsd * UNITS_PER_USD),
    expires_at: Math.floor(at / 1000) + KEPT_SECONDS,
  };
}

/** Seconds until the next day's budget. */
export function secondsToMidnight(at: number): number {
  const seconds = Math.floor(at / 1000);
  return daySeconds - (seconds % daySeconds);
}
