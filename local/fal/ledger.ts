import type { Table } from "./journal.ts";
import { type Delivery, type FalRequest, type Post, statusOf } from "./records.ts";

/** The three tables that record what happened. */
export interface LedgerTables {
  readonly requests: Table<FalRequest>;
  readonly posts: Table<Post>;
  readonly deliveries: Table<Delivery>;
}

/**
 * Everything that reached the emulator and what it did: every POST on the queue, every request, every delivery. Oldest
 * first.
 */
export interface Ledger {
  readonly posts: readonly Post[];
  readonly requests: readonly LedgerRequest[];
  readonly deliveries: readonly Delivery[];
}

/** A request with its state, and whether fal would bill it. */
export interface LedgerRequest extends FalRequest {
  readonly status: ReturnType<typeof statusOf>;
  readonly billed: boolean;
}

/** Reads the ledger as it is now. */
export function readLedger({ requests, posts, deliveries }: LedgerTables): Ledger {
  return {
    posts: posts.values(),
    requests: requests.values().map((request) => ({
      ...request,
      status: statusOf(request),
      billed: (request.outcome?.billable_units ?? 0) > 0,
    })),
    deliveries: deliveries.values(),
  };
}
