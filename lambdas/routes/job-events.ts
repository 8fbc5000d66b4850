import { ownedJob } from "../http/owned-job.ts";
import type { StreamRoute } from "../http/streaming-api.ts";
import { isOpen } from "../job/job.ts";
import { STREAM_MAX_MS } from "../limits.ts";
import { type Follower, followJob } from "./events/follow-job.ts";
import { lastEventId, readStreamPosition } from "./events/last-event-id.ts";
import { limitedStream, type StreamLimiter } from "./events/limited-stream.ts";
import { EVENT_STREAM_HEADERS, hasJob } from "./events/server-sent-events.ts";

export interface JobStreamer extends Follower, StreamLimiter {
  readonly table: Follower["table"] & StreamLimiter["table"];
  readonly owners: ReadonlyMap<string, string>;
}

/**
 * `GET /jobs/{id}/events`: streams the job, its queue position at fal and its log lines, only to its owner. A client
 * that reconnects with its last event id gets what it has not received yet. If it already has the settled job it gets
 * 204, which by the standard stops reconnecting. Throws `rate_limited` if the owner has too many streams open.
 * @see https://html.spec.whatwg.org/multipage/server-sent-events.html
 */
export function streamJob(service: JobStreamer): StreamRoute {
  return async (request) => {
    const received = readStreamPosition(lastEventId(request));
    const job = await ownedJob(service, request);
    if (!isOpen(job) && hasJob(received, job, service.publicUrl)) return { status: 204 };
    const follow = (signal: AbortSignal) => followJob(service, job, received, signal);
    const chunks = isOpen(job)
      ? await limitedStream(service, { kind: "streams", owner: job.owner, maxMs: STREAM_MAX_MS, open: () => follow })
      : follow;
    return { status: 200, headers: EVENT_STREAM_HEADERS, chunks };
  };
}
