import { publicJob } from "../../contract/public-job.ts";
import type { Live } from "../../fal/live.ts";
import type { Job } from "../../job/job.ts";
import { STREAM_RETRY_MS } from "../../limits.ts";
import { digestLine, type StreamPosition, streamPositionId } from "./last-event-id.ts";

/** The first lines of every stream. */
export const RETRY_HINT = `retry: ${STREAM_RETRY_MS}\n\n`;
/** A comment line. It keeps the connection alive. */
export const HEARTBEAT = ":\n\n";

/** Sends the job, unless the client has this version already. Returns the client's new position. */
export function* tellJob(place: StreamPosition, job: Job, publicUrl: string): Generator<string, StreamPosition> {
  if (job.version === place.version) return place;
  const next = { ...place, version: job.version };
  yield serverSentEvent("job", next, publicJob(job, publicUrl));
  return next;
}

/** Sends fal's queue position if it changed, and the log lines that are new. Returns the client's new position. */
export function* tellLive(
  place: StreamPosition,
  { queue_position, logs = [] }: Live,
): Generator<string, StreamPosition> {
  let next = place;
  if (queue_position !== undefined && queue_position !== place.position) {
    next = { ...next, position: queue_position };
    yield serverSentEvent("queue", next, { queue_position });
  }
  const lines = logs.map((line) => ({ line, digest: digestLine(line) }));
  const known = lines.findLastIndex(({ digest }) => digest === place.line);
  for (const { line, digest } of lines.slice(known + 1)) {
    next = { ...next, line: digest };
    yield serverSentEvent("log", next, line);
  }
  return next;
}

function serverSentEvent(name: "job" | "queue" | "log", place: StreamPosition, data: object): string {
  return `event: ${name}\nid: ${streamPositionId(place)}\ndata: ${JSON.stringify(data)}\n\n`;
}
