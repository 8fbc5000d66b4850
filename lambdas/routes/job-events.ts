import { ownedJob } from "../http/owned-job.ts";
import type { StreamRoute } from "../http/streaming-api.ts";
import { isOpen } from "../job/job.ts";
import { type Follower, followJob } from "./events/follow-job.ts";
import { lastEventId, readStreamPosition } from "./events/last-event-id.ts";
import { EVENT_STREAM_HEADERS } from "./events/server-sent-events.ts";

export interface JobStreamer extends Follower {
  readonly owners: ReadonlyMap<string, string>;
}

/**
 * `GET /jobs/{id}/events`: streams the job, its queue position at fal and its log lines, only to its owner. A client
 * that reconnects with its last event id gets what it has not received yet. If it already has the settled job it gets
 * 204, which by the standard stops reconnecting.
 * @see https://html.spec.whatwg.org/multipage/server-sent-events.html
 */
export function streamJob(service: JobStreamer): StreamRoute {
  return async (request) => {
    const received = readStreamPosition(lastEventId(request));
    const job = await ownedJob(service, request);
    if (!isOpen(job) && job.version === received.version) return { status: 204 };
    return {
      status: 200,
      headers: EVENT_STREAM_HEADERS,
      chunks: (signal) => followJob(service, job, received, signal),
    };
  };
}
