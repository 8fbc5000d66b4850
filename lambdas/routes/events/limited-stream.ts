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

/**
 * A stream that takes one of its owner's places until it ends. A client that leaves keeps the place until then, because
 * nobody tells the function (rule A21). Throws `rate_limited` if no place is free.
 */
export async function limitedStream(
  { table, streamsPerOwner: limit, now, random }: StreamLimiter,
  owner: string,
  maxMs: number,
  chunks: Chunks,
): Promise<Chunks> {
  const until = now() + maxMs + STREAM_LEASE_RESERVE_MS;
  const lease = await table.takeLease({ kind: "streams", owner, limit, until, random });
  if (lease === undefined)
    throw tooOften(`This API key's owner has ${limit} streams open, which is the most.`, STREAMS_RETRY_MS);
  return async function* (signal) {
    try {
      yield* chunks(signal);
    } finally {
      await table.releaseLease(lease).catch((error: unknown) => logError("a stream's place was not given back", error));
    }
  };
}
