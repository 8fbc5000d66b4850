import type { JobErrorCode } from "../job/job.ts";
import { countMetric, type Metric } from "../metrics.ts";

type AccountTrouble = Extract<JobErrorCode, "fal_key_refused" | "fal_account_locked" | "fal_balance_exhausted">;

/**
 * Why fal refuses everything that is sent with the service's key, by fal's status and answer
 * (docs/internals/fal-protocol.md#10-reliability-and-other-clients). Undefined if it does not: another 403 is about one
 * endpoint, which is not open to the account, and must hold back no other one (rule P30).
 */
export function accountTrouble(status: number, body: string): AccountTrouble | undefined {
  if (status === 402) return "fal_balance_exhausted";
  if (status === 401) return "fal_key_refused";
  if (status !== 403) return undefined;
  // A lock names its reason, which may be the balance, although there is money on the account.
  if (/\blocked\b/i.test(body)) return "fal_account_locked";
  return /\bbalance\b/i.test(body) ? "fal_balance_exhausted" : undefined;
}

/** What an operator does about it. */
export const ACCOUNT_REMEDIES: Readonly<Record<AccountTrouble, string>> = {
  fal_key_refused: "fal refused the service's key. The operator must correct FAL_KEY.",
  fal_account_locked: "fal locked the service's account. The operator must have it unlocked by fal, or add credit.",
  fal_balance_exhausted: "The service's account at fal has no credit left. The operator must add some.",
};

const METRICS: Partial<Record<JobErrorCode, Metric>> = {
  fal_key_missing: "FalKeyRefused",
  fal_key_refused: "FalKeyRefused",
  fal_account_locked: "FalAccountLocked",
  fal_balance_exhausted: "FalBalanceExhausted",
  endpoint_unknown: "EndpointUnknown",
};

/** Counts what only the operator can fix, each under a name of its own, so that its alarm says what to do. */
export function countOperatorsTrouble(code: JobErrorCode, job_id: string): void {
  const metric = METRICS[code];
  if (metric) countMetric(metric, { job_id, code });
}
