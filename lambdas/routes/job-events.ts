import { ownedJob } from "../http/owned-job.ts";
import { header } from "../http/request.ts";
import type { StreamRoute } from "../http/streaming-api.ts";
import { isOpen } from "../job/job.ts";
import { type Follower, followJob } from "./events/follow-job.ts";
import { readStreamPosition } from "./events/last-event-id.ts";

export interface JobStreamer extends Follower {
  readonly owners: ReadonlyMap<string, string>;
}

/**
 * `GET /jobs/{id}/events`: streams the job, its position in fal's queue and its log lines as they arrive, to its owner
 * only. A client that reconnects with `Last-Event-ID` receives only what it does not have yet. If it already has the
 * settled job, the answer is 204, which by the standard tells the client to stop reconnecting.
 * @see https://html.spec.whatwg.org/multipage/server-sent-events.html
 */
export function streamJob(service: JobStreamer): StreamRoute {
  return async (request) => {
    const place = readStreamPosition(header(request, "last-event-id"));
    const job = await ownedJob(service, request);
    if (!isOpen(job) && job.version === place.version) return { status: 204 };
    return {
      status: 200,
      headers: { "content-type": "text/event-stream" },
      chunks: (signal) => followJob(service, job, place, signal),
    };
  };
}
