import type { AskForCaller } from "../../fal/ask-for-callers.ts";
import { isOpen, type Job } from "../../job/job.ts";
import { STREAM_HEARTBEAT_MS, STREAM_MAX_MS, STREAM_TICK_MS } from "../../limits.ts";
import type { Learner } from "../../settle/learn-from-status.ts";
import type { JobTable } from "../../table/job-table.ts";
import { readPauseMs } from "../../table/read-pause.ts";
import type { TypicalDuration } from "../../table/typical-duration.ts";
import type { StreamPosition } from "./last-event-id.ts";
import { watchLive } from "./live-watch.ts";
import { HEARTBEAT, RETRY_HINT, sendJobEvent, sendLiveEvents } from "./server-sent-events.ts";

export interface Follower extends Learner {
  readonly table: Pick<JobTable, "read">;
  readonly askForCaller: AskForCaller;
  readonly typicalDuration: Pick<TypicalDuration, "seconds">;
  readonly publicUrl: string;
  readonly pause: (ms: number) => Promise<void>;
}

/**
 * The events of a job from a position on, as server-sent events. The stream ends when the job has settled or was
 * deleted, when the connection's time is over, or when the signal aborts. The settled job comes last, after fal's last
 * log lines. Throws if the row cannot be read.
 */
export async function* followJob(
  service: Follower,
  job: Job,
  from: StreamPosition,
  signal: AbortSignal,
): AsyncGenerator<string> {
  const until = service.now() + STREAM_MAX_MS;
  const live = watchLive(service);
  const typicalSeconds = isOpen(job) ? await service.typicalDuration.seconds(job.endpoint) : undefined;
  let received = from;
  let lastSentAt = service.now();
  let current: Job | undefined = job;
  let readAt = service.now() + readPauseMs(job, typicalSeconds, service.now());
  yield RETRY_HINT;
  while (current !== undefined && isOpen(current)) {
    const before = received;
    received = yield* sendJobEvent(received, current, service.publicUrl);
    received = yield* sendLiveEvents(received, live.latest(current));
    const isSilent = received === before;
    const isDue = service.now() - lastSentAt >= STREAM_HEARTBEAT_MS;
    if (isSilent && isDue) yield HEARTBEAT;
    if (!isSilent || isDue) lastSentAt = service.now();
    const pauseMs = Math.min(STREAM_TICK_MS, Math.max(0, readAt - service.now()));
    if (signal.aborted || service.now() + pauseMs > until) return;
    await service.pause(pauseMs);
    if (service.now() < readAt) continue;
    current = await service.table.read(job.id);
    if (current !== undefined) readAt = service.now() + readPauseMs(current, typicalSeconds, service.now());
  }
  if (current === undefined) return;
  // Log lines since the last call to fal.
  if (isOpen(job)) received = yield* sendLiveEvents(received, await live.final(current));
  yield* sendJobEvent(received, current, service.publicUrl);
}
