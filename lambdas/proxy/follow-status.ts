import type { AskForCaller, FalStatus } from "../fal/ask-for-callers.ts";
import { isOpen, type Job } from "../job/job.ts";
import { PROXY_STREAM_MAX_MS, PROXY_STREAM_POLL_MS, STREAM_HEARTBEAT_MS } from "../limits.ts";
import { HEARTBEAT } from "../routes/events/server-sent-events.ts";
import { type Learner, learnFromStatus } from "../settle/learn-from-status.ts";
import type { JobTable } from "../table/job-table.ts";
import { describeStatus, linesOf } from "./status.ts";

export interface StatusFollower extends Learner {
  readonly table: Pick<JobTable, "read">;
  readonly askForCaller: AskForCaller;
  readonly pause: (ms: number) => Promise<void>;
}

/**
 * Streams a job's status as fal does: after each change, with the new log lines, until it is COMPLETED
 * (docs/internals/fal-protocol.md#2-the-queue). Ends early if the signal aborts, the job is deleted or the time is up.
 * Throws if the row cannot be read.
 */
export async function* followStatus(
  service: StatusFollower,
  job: Job,
  wantsLogs: boolean,
  signal: AbortSignal,
): AsyncGenerator<string> {
  const until = service.now() + PROXY_STREAM_MAX_MS;
  let sent = "";
  let sentLines = 0;
  let lastSentAt = service.now();
  let current: Job | undefined = job;
  while (current !== undefined && !signal.aborted) {
    const falStatus = await service.askForCaller(current);
    await learnFromStatus(service, current, falStatus);
    const key = keyOf(current, falStatus);
    if (key !== sent) {
      yield `data: ${JSON.stringify(describeStatus(current, falStatus, wantsLogs ? sentLines : undefined))}\n\n`;
      [sent, sentLines, lastSentAt] = [key, Math.max(sentLines, linesOf(falStatus).length), service.now()];
    } else if (service.now() - lastSentAt >= STREAM_HEARTBEAT_MS) {
      yield HEARTBEAT;
      lastSentAt = service.now();
    }
    if (!isOpen(current) || service.now() + PROXY_STREAM_POLL_MS > until) return;
    await service.pause(PROXY_STREAM_POLL_MS);
    current = await service.table.read(job.id);
  }
}

/** Two statuses with the same key count as unchanged. */
function keyOf(job: Job, falStatus: FalStatus): string {
  const { status, queue_position } = describeStatus(job, falStatus, undefined);
  return JSON.stringify([status, queue_position, linesOf(falStatus).length]);
}
