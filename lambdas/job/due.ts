import { DUE_SHARDS } from "../limits.ts";
import type { DueFacts } from "./job.ts";

/** Open jobs go before the settled ones that still need something (rule P8). */
export type Lane = "open" | "settled";

/** The earliest of the due facts: the one time at which somebody must look at the job (rule P6). Nothing left to do: undefined. */
export function earliestDue(facts: DueFacts): number | undefined {
  const times = [facts.submit_due, facts.check_due, facts.archive_due, facts.deliver_due].filter(
    (time) => time !== undefined,
  );
  return times.length === 0 ? undefined : Math.min(...times);
}

/** The partition of `byDue` that a job stands in. Ids are hex and evenly spread, so their last digits choose it. */
export function shardOf(id: string, lane: Lane): string {
  return `${lane}-${Number.parseInt(id.slice(-4), 16) % DUE_SHARDS}`;
}

/** All partitions of a lane. */
export function shardsOf(lane: Lane): readonly string[] {
  return Array.from({ length: DUE_SHARDS }, (_, shard) => `${lane}-${shard}`);
}
