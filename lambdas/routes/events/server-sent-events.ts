import { publicJob } from "../../contract/public-job.ts";
import type { Live } from "../../fal/live.ts";
import type { Job } from "../../job/job.ts";
import { STREAM_RETRY_MS } from "../../limits.ts";
import { digestJob, digestLine, type StreamPosition, streamPositionId } from "./last-event-id.ts";

/**
 * The headers of every event stream. A proxy or a CDN in front of the service must not hold events back or change
 * them: nginx sends an answer with `x-accel-buffering: no` on as it comes.
 */
export const EVENT_STREAM_HEADERS = {
  "content-type": "text/event-stream",
  "cache-control": "no-cache, no-transform",
  "x-accel-buffering": "no",
} as const;
/** The first line of every stream. */
export const RETRY_HINT = `retry: ${STREAM_RETRY_MS}\n\n`;
/** A comment that keeps an idle connection open. */
export const HEARTBEAT = ":\n\n";

/** Whether the client has the job as it is now. */
export function hasJob(received: StreamPosition, job: Job, publicUrl: string): boolean {
  return job.version === received.version || digestJob(publicJob(job, publicUrl)) === received.job;
}

/** Sends the job if it has changed for the client. Returns the client's new position. */
export function* sendJobEvent(
  received: StreamPosition,
  job: Job,
  publicUrl: string,
): Generator<string, StreamPosition> {
  if (hasJob(received, job, publicUrl)) return received;
  const shown = publicJob(job, publicUrl);
  const next = { ...received, job: digestJob(shown), version: undefined };
  yield serverSentEvent("job", next, shown);
  return next;
}

/** Sends a changed queue position and the new log lines. Returns the client's new position. */
export function* sendLiveEvents(
  received: StreamPosition,
  { queue_position, logs = [] }: Live,
): Generator<string, StreamPosition> {
  let next = received;
  if (queue_position !== undefined && queue_position !== received.position) {
    next = { ...next, position: queue_position };
    yield serverSentEvent("queue", next, { queue_position });
  }
  const lines = logs.map((line) => ({ line, digest: digestLine(line) }));
  const known = lines.findLastIndex(({ digest }) => digest === received.line);
  for (const { line, digest } of lines.slice(known + 1)) {
    next = { ...next, line: digest };
    yield serverSentEvent("log", next, line);
  }
  return next;
}

function serverSentEvent(name: "job" | "queue" | "log", received: StreamPosition, data: object): string {
  return `event: ${name}\nid: ${streamPositionId(received)}\ndata: ${JSON.stringify(data)}\n\n`;
}
