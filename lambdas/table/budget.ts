import { iso } from "../job/deadlines.ts";

/** Owner → US dollars a day (UTC), by estimate. `*` is for owners without an entry; without `*` they have no limit. */
export type Budgets = ReadonlyMap<string, number>;

/** An owner's spending on one day, as stored. */
export interface BudgetItem {
  readonly id: string;
  /** In ten-thousandths of a dollar, so that sums are exact. */
  readonly spent: number;
  /** The number of the latest stretch of time in which something was written. */
  readonly stretch: number;
  /** Which writes that were, and those of the stretch before. */
  readonly writes: readonly string[];
  readonly earlier: readonly string[];
  /** Epoch seconds. */
  readonly expires_at: number;
}

/** One job's share of a day's budget, or one file of a day's uploads. */
export interface Expense {
  readonly id: string;
  readonly amount: number;
  readonly limit: number;
  readonly expires_at: number;
}

const UNITS_PER_USD = 10_000;
const daySeconds = 86_400;
/** A day's item is useless on the next day, but a clock may be slow. */
const KEPT_SECONDS = 3 * daySeconds;

/** What an owner's jobs may cost in a day; undefined if there is no limit. */
export function limitOf(budgets: Budgets, owner: string): number | undefined {
  return budgets.get(owner) ?? budgets.get("*");
}

/** What a job takes from its owner's budget at a time (epoch milliseconds). */
export function expenseOf(owner: string, at: number, estimatedUsd: number, limitUsd: number): Expense {
  return {
    ...dayItem("budget", owner, at),
    amount: Math.round(estimatedUsd * UNITS_PER_USD),
    limit: Math.round(limitUsd * UNITS_PER_USD),
  };
}

/** One file that an owner uploads to fal's storage at a time (epoch milliseconds). It is counted like an expense. */
export function falUploadOf(owner: string, at: number, limit: number): Expense {
  return { ...dayItem("fal-uploads", owner, at), amount: 1, limit };
}

/** The item that counts something of an owner's on one day (UTC). */
function dayItem(what: string, owner: string, at: number) {
  return { id: `${what}#${owner}#${iso(at).slice(0, 10)}`, expires_at: Math.floor(at / 1000) + KEPT_SECONDS };
}

/** The id of the item that has what an owner's jobs took from the budget of the day (UTC) of a time. */
export function budgetItemId(owner: string, at: number): string {
  return dayItem("budget", owner, at).id;
}

/** What a budget's item says is spent, in US dollars. */
export function spentUsd(item: Partial<BudgetItem> | undefined): number {
  return (item?.spent ?? 0) / UNITS_PER_USD;
}

/** Seconds until the next day's budget starts. */
export function secondsToMidnight(at: number): number {
  const seconds = Math.floor(at / 1000);
  return daySeconds - (seconds % daySeconds);
}
