import { shardsOf } from "../job/due.ts";
import { logError } from "../log.ts";
import { recordMetrics } from "../metrics.ts";
import type { JobTable } from "../table/job-table.ts";

export interface BacklogMeasurer {
  readonly table: Pick<JobTable, "backlog" | "readFalHealth" | "readPause">;
  /** Epoch milliseconds. */
  readonly now: () => number;
}

/**
 * Records how many jobs are open, and for how long the oldest job is due. While the service as a whole waits, jobs are
 * due on purpose (rule P33). Never throws.
 */
export async function measureBacklog({ table, now }: BacklogMeasurer): Promise<void> {
  try {
    const measure = (lane: "open" | "settled") => Promise.all(shardsOf(lane).map((shard) => table.backlog(shard)));
    const [open, settled, account, pause] = await Promise.all([
      measure("open"),
      measure("settled"),
      table.readFalHealth(),
      table.readPause(),
    ]);
    const isWaiting = account?.is_down === true || pause !== undefined;
    const times = [...open, ...settled].map(({ firstDueAt = Number.POSITIVE_INFINITY }) => now() - firstDueAt);
    recordMetrics({
      OpenJobs: open.reduce((sum, { jobs }) => sum + jobs, 0),
      OldestDue: isWaiting ? 0 : Math.round(Math.max(0, ...times) / 1000),
    });
  } catch (error) {
    logError("the backlog could not be measured", error);
  }
}
