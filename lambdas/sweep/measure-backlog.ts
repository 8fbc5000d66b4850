import { shardsOf } from "../job/due.ts";
import { logError } from "../log.ts";
import { recordMetrics } from "../metrics.ts";
import type { JobTable } from "../table/job-table.ts";

export interface BacklogMeasurer {
  readonly table: Pick<JobTable, "firstDueAt" | "countDue" | "readFalHealth" | "readPause">;
  /** Epoch milliseconds. */
  readonly now: () => number;
}

/**
 * Records for how long the oldest job is due. While the service as a whole waits, jobs are due on purpose (rule P33).
 * Never throws.
 */
export async function measureOldestDue({ table, now }: BacklogMeasurer): Promise<void> {
  try {
    const shards = [...shardsOf("open"), ...shardsOf("settled")];
    const [firsts, account, pause] = await Promise.all([
      Promise.all(shards.map((shard) => table.firstDueAt(shard))),
      table.readFalHealth(),
      table.readPause(),
    ]);
    const isWaiting = account?.is_down === true || pause !== undefined;
    const times = firsts.map((firstDueAt = Number.POSITIVE_INFINITY) => now() - firstDueAt);
    recordMetrics({ OldestDue: isWaiting ? 0 : Math.round(Math.max(0, ...times) / 1000) });
  } catch (error) {
    logError("for how long jobs are due could not be measured", error);
  }
}

/**
 * Records how many jobs are open. This reads the whole index of open jobs, so it comes after the sweep's work, which it
 * must not delay (rule P8), and reads one shard after the other. Never throws.
 */
export async function measureOpenJobs({ table }: Pick<BacklogMeasurer, "table">): Promise<void> {
  try {
    let jobs = 0;
    for (const shard of shardsOf("open")) jobs += await table.countDue(shard);
    recordMetrics({ OpenJobs: jobs });
  } catch (error) {
    logError("the open jobs could not be counted", error);
  }
}
