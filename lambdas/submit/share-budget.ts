import { estimatedCost } from "../contract/price.ts";
import { logError } from "../log.ts";
import { type Expense, expenseOf, limitOf } from "../table/budget.ts";
import type { JobTable } from "../table/job-table.ts";
import { notReturned, type Recorder } from "./record-job.ts";

export interface SharedBudget {
  readonly spend: JobTable["spend"];
  /** Gives back what no job used. Never throws. */
  readonly end: () => Promise<void>;
}

/**
 * Reserves the budget of several jobs of one request in one write, and what they do not use goes back in another one, so
 * that a batch writes to its owner's budget as often as a single job (rule P29). If there is not enough for all of them,
 * nothing is reserved, and each job takes its own part as long as there is some.
 */
export async function shareBudget(
  service: Recorder,
  owner: string,
  endpoints: readonly string[],
): Promise<SharedBudget> {
  const { table, newWriteId } = service;
  const whole = wholeExpense(service, owner, endpoints);
  let left = 0;
  if (whole && (await table.spend(whole, 1, newWriteId()).catch(notReserved))) left = whole.amount;
  return {
    async spend(expense, sign, writeId) {
      const isShared = expense.id === whole?.id && (sign === -1 || expense.amount <= left);
      if (!isShared) return table.spend(expense, sign, writeId);
      left -= sign * expense.amount;
      return true;
    },
    async end() {
      if (whole && left > 0) await table.spend({ ...whole, amount: left }, -1, newWriteId()).catch(notReturned);
    },
  };
}

/** Undefined: the owner has no budget, or none of the endpoints has a price. */
function wholeExpense(service: Recorder, owner: string, endpoints: readonly string[]): Expense | undefined {
  const limitUsd = limitOf(service.budgets, owner);
  if (limitUsd === undefined) return undefined;
  const at = service.now();
  const expenses = endpoints.flatMap((endpoint) => {
    const cost = estimatedCost(service.prices, endpoint);
    return cost ? [expenseOf(owner, at, cost.estimated_usd, limitUsd)] : [];
  });
  const amount = expenses.reduce((sum, expense) => sum + expense.amount, 0);
  return expenses[0] && { ...expenses[0], amount };
}

/** Then each job tries to take its own part, and reports what fails. */
function notReserved(error: unknown): boolean {
  logError("the budget of a batch could not be reserved", error);
  return false;
}
