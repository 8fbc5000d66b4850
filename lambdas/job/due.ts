import { DUE_SHARDS } from "../limits.ts";
import type { DueFacts } from "./job.ts";

/** Open jobs are handled before settled ones that still need work (rule P8). */
export type Lane = "open" | "settled";

/** The earliest due time (rule P6); undefined when nothing is left to do. */
export function earliestDue(facts: DueFacts): number | undefined {
  const times = [facts.submit_due, facts.check_due, facts.archive_due, facts.deliver_due].filter(
    (time) => time !== undefined,
  );
  return times.length === 0 ? undefined : Math.min(...times);
}

/** The job's partition of `byDue`. Ids are evenly distributed hex, so the last digits choose it. */
export function shardOf(id: string, lane: Lane): string {
  return `${lane}-${Number.parseInt(id.slice(-4), 16) % DUE_SHARDS}`;
}

/** All partitions of a lane. */
export function shardsOf(lane: Lane): readonly string[] {
  return Array.from({ length: DUE_SHARDS }, (_, shard) => `${lane}-${shard}`);
}
