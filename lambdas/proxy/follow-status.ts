import type { Prepared } from "../fal/prepare.ts";
import { isOpen, type Job } from "../job/job.ts";
import { PROXY_STREAM_MAX_MS, PROXY_STREAM_POLL_MS, STREAM_HEARTBEAT_MS } from "../limits.ts";
import { HEARTBEAT } from "../routes/events/server-sent-events.ts";
import type { JobTable } from "../table/job-table.ts";
import { type Looker, lookSoon } from "./look-soon.ts";
import { askFal, describeStatus, linesOf, type Said } from "./status.ts";

export interface StatusFollower extends Looker {
  readonly table: Pick<JobTable, "read">;
  readonly prepare: () => Promise<Prepared>;
  readonly pause: (ms: number) => Promise<void>;
}

/**
 * A job's status as fal streams it: whenever it changed, with the log lines since the last time, until it is COMPLETED
 * (docs/internals/fal-protocol.md#2-the-queue). Ends early when the
 * signal aborts, the job was deleted or the time is up. Throws when the row cannot be read.
 */
export async function* followStatus(
  service: StatusFollower,
  job: Job,
  wantsLogs: boolean,
  signal: AbortSignal,
): AsyncGenerator<string> {
  const until = service.now() + PROXY_STREAM_MAX_MS;
  let told = "";
  let toldLines = 0;
  let spokeAt = service.now();
  let current: Job | undefined = job;
  while (current !== undefined && !signal.aborted) {
    const said = await askFal(service.prepare, current, service.now(), wantsLogs);
    await lookSoon(service, current, said);
    const sign = signOf(current, said);
    if (sign !== told) {
      yield `data: ${JSON.stringify(describeStatus(current, said, wantsLogs ? toldLines : undefined))}\n\n`;
      [told, toldLines, spokeAt] = [sign, Math.max(toldLines, linesOf(said).length), service.now()];
    } else if (service.now() - spokeAt >= STREAM_HEARTBEAT_MS) {
      yield HEARTBEAT;
      spokeAt = service.now();
    }
    if (!isOpen(current) || service.now() + PROXY_STREAM_POLL_MS > until) return;
    await service.pause(PROXY_STREAM_POLL_MS);
    current = await service.table.read(job.id);
  }
}

/** What makes one status another. */
function signOf(job: Job, said: Said): string {
  const { status, queue_position } = describeStatus(job, said, undefined);
  return JSON.stringify([status, queue_position, linesOf(said).length]);
}
