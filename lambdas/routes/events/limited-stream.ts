import type { Chunks } from "../../http/streaming-api.ts";
import { tooOften } from "../../http/too-often.ts";
import { STREAM_LEASE_RESERVE_MS, STREAMS_RETRY_MS } from "../../limits.ts";
import { logError } from "../../log.ts";
import type { JobTable } from "../../table/job-table.ts";

export interface StreamLimiter {
  readonly table: Pick<JobTable, "takeLease" | "releaseLease">;
  /** How many streams one owner may have open at once (rule P30). */
  readonly streamsPerOwner: number;
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** From 0 to 1. */
  readonly random: () => number;
}

interface LimitedStream {
  /** Results have places of their own: fal's client, whose status streams take the others, must still get them. */
  readonly kind: "streams" | "results";
  readonly owner: string;
  /** How long it may last. */
  readonly maxMs: number;
  readonly open: () => Chunks | Promise<Chunks>;
}

/**
 * Opens a stream that takes one of its owner's places until it ends. A client that leaves keeps the place until then,
 * because nobody tells the function (rule A21). Throws `rate_limited` if no place is free, and what `open` throws.
 */
export async function limitedStream(
  { table, streamsPerOwner: limit, now, random }: StreamLimiter,
  { kind, owner, maxMs, open }: LimitedStream,
): Promise<Chunks> {
  const until = now() + maxMs + STREAM_LEASE_RESERVE_MS;
  const lease = await table.takeLease({ kind, owner, limit, until, random });
  if (lease === undefined)
    throw tooOften(`This API key's owner has ${limit} ${kind} open, which is the most.`, STREAMS_RETRY_MS);
  const giveBack = () =>
    table.releaseLease(lease).catch((error: unknown) => logError("a stream's place was not given back", error));
  const chunks = await Promise.resolve()
    .then(open)
    .catch(async (error: unknown) => {
      await giveBack();
      throw error;
    });
  return async function* (signal) {
    try {
      yield* chunks(signal);
    } finally {
      await giveBack();
    }
  };
}
