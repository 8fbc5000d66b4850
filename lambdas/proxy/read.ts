import { appOf } from "../fal/url.ts";
import { findOwned } from "../http/owned-job.ts";
import { ownerOf } from "../http/owner.ts";
import type { HttpRequest } from "../http/request.ts";
import type { StreamAnswer, StreamRoute } from "../http/streaming-api.ts";
import { isOpen, type Job } from "../job/job.ts";
import { PROXY_STREAM_MAX_MS } from "../limits.ts";
import { limitedStream, type StreamLimiter } from "../routes/events/limited-stream.ts";
import { EVENT_STREAM_HEADERS } from "../routes/events/server-sent-events.ts";
import { learnFromStatus } from "../settle/learn-from-status.ts";
import { aboutRequest, inFalsForm, NOT_FOUND } from "./answer.ts";
import { followStatus, type StatusFollower } from "./follow-status.ts";
import { answerResult, type ResultReader } from "./result.ts";
import { describeStatus } from "./status.ts";
import { readTarget } from "./target.ts";

export interface ProxyReader extends Omit<StatusFollower, "table">, ResultReader {
  readonly table: StatusFollower["table"] & StreamLimiter["table"];
  readonly owners: ReadonlyMap<string, string>;
}

/** `GET /fal/proxy`: a request's status, the stream of it, and its result, in fal's form. */
export function proxyRead(service: ProxyReader): StreamRoute {
  return async (request) => {
    const owner = ownerOf(request, service.owners);
    return inFalsForm(answer(service, owner, request));
  };
}

async function answer(service: ProxyReader, owner: string, request: HttpRequest): Promise<StreamAnswer> {
  const target = readTarget(request);
  if ("refusal" in target) return target.refusal;
  const job = "requestId" in target ? await findOwned(service, owner, target.requestId) : undefined;
  if (!("requestId" in target) || job === undefined || appOf(job.endpoint) !== target.app) return NOT_FOUND;
  switch (target.kind) {
    case "status":
      return answerStatus(service, job, target.wantsLogs);
    case "stream": {
      const limits = { owner: job.owner, maxMs: PROXY_STREAM_MAX_MS };
      const follow = (signal: AbortSignal) => followStatus(service, job, target.wantsLogs, signal);
      const chunks = isOpen(job)
        ? await limitedStream(service, { ...limits, kind: "streams", open: () => follow })
        : follow;
      return { status: 200, headers: { ...EVENT_STREAM_HEADERS, "x-fal-request-id": job.id }, chunks };
    }
    default:
      return answerResult(service, job);
  }
}

async function answerStatus(service: ProxyReader, job: Job, wantsLogs: boolean): Promise<StreamAnswer> {
  const falStatus = await service.askForCaller(job);
  await learnFromStatus(service, job, falStatus);
  const body = describeStatus(job, falStatus, wantsLogs ? 0 : undefined);
  return aboutRequest(job.id, { status: isOpen(job) ? 202 : 200, body });
}
