import type { Authorize } from "./authorize.ts";
import type { ReadFault } from "./fault-schema.ts";
import type { Faults } from "./faults.ts";
import type { Answer, Call, Reply, Route } from "./http.ts";
import { writeBody } from "./inline-video.ts";
import type { Life } from "./life.ts";
import type { Media } from "./media.ts";
import type { Queue } from "./queue.ts";
import { type FalRequest, statusOf } from "./records.ts";

const streamPollMs = 100;
const heartbeatMs = 15_000;

/** What the routes of one request need. */
export interface StatusParts {
  readonly queue: Queue;
  readonly media: Media;
  readonly faults: Faults;
  readonly life: Life;
  readonly authorize: Authorize;
}

const notFound: Reply = { status: 404, json: { status: "NOT_FOUND" } };

/**
 * Status, its stream, result and cancellation, under `owner/alias` only: longer paths answer 405
 * (docs/internals/fal-protocol.md#2-the-queue).
 */
export function statusRoutes({ queue, media, faults, life, authorize }: StatusParts): Route[] {
  const at = (suffix: string) => new RegExp(`^/queue\\.fal\\.run/([\\w-]+/[\\w.-]+)/requests/([\\w-]+)${suffix}$`);
  const route = (
    method: string,
    suffix: string,
    answer: (request: FalRequest, call: Call) => Answer | Promise<Answer>,
  ): Route => ({
    method,
    path: at(suffix),
    answer: (call, app, id) => {
      const request = queue.find(id);
      const known = request && `${request.endpoint}/`.startsWith(`${app}/`);
      return authorize(call) ?? (known ? answer(request, call) : notFound);
    },
  });
  return [
    route("GET", "/status", (request, call) => {
      const json = describe(request, queue, logsWanted(call) ? 0 : undefined);
      return named({ status: request.ended_at ? 200 : 202, json }, request);
    }),
    route("GET", "/status/stream", (request, call) => {
      const headers = { "content-type": "text/event-stream", "cache-control": "no-cache" };
      const stream = streamStatus(request.request_id, logsWanted(call), queue, life, call.gone);
      return named({ status: 200, headers, stream }, request);
    }),
    route("GET", "", async (request, call) => {
      const fault = request.outcome && (await faults.takeForRead(request));
      return (fault && (await misbehave(fault, call, life))) ?? named(await answerResult(request, media), request);
    }),
    route("PUT", "/cancel", async (request) => {
      const status = await queue.cancel(request);
      return named({ status: status === "ALREADY_COMPLETED" ? 400 : 202, json: { status } }, request);
    }),
    {
      method: "*",
      path: /^\/queue\.fal\.run\/.+\/requests\/[\w-]+(?:\/status(?:\/stream)?|\/cancel)?$/,
      answer: () => ({ status: 405, json: { detail: "Method Not Allowed" } }),
    },
  ];
}

/** The three URLs of a request, at fal's own host. */
export function requestUrls({ endpoint, request_id }: FalRequest) {
  const response_url = `https://queue.fal.run/${endpoint.split("/", 2).join("/")}/requests/${request_id}`;
  return { response_url, status_url: `${response_url}/status`, cancel_url: `${response_url}/cancel` };
}

/** A request's status with the log lines from the given number on; without a number, no log lines. */
function describe(request: FalRequest, queue: Queue, logsFrom: number | undefined) {
  const { started_at, ended_at, outcome } = request;
  const body = outcome?.error_type ? { error: errorText(outcome.body), error_type: outcome.error_type } : {};
  return {
    status: statusOf(request),
    request_id: request.request_id,
    ...requestUrls(request),
    ...(statusOf(request) === "IN_QUEUE" && { queue_position: queue.position(request) }),
    logs: logsFrom === undefined ? null : request.logs.slice(logsFrom),
    ...(ended_at && {
      metrics: started_at ? { inference_time: (Date.parse(ended_at) - Date.parse(started_at)) / 1000 } : {},
    }),
    ...body,
  };
}

/** Server-sent events: the status after each change, with the new log lines; ends after COMPLETED. */
async function* streamStatus(
  id: string,
  logs: boolean,
  queue: Queue,
  life: Life,
  gone: AbortSignal,
): AsyncGenerator<string> {
  let lastSent = "";
  let lastAt = Date.now();
  let logged = 0;
  for (let request = queue.find(id); request && !gone.aborted; request = queue.find(id)) {
    const fresh = JSON.stringify({
      status: statusOf(request),
      position: queue.position(request),
      lines: logs && request.logs.length,
    });
    if (fresh !== lastSent || request.ended_at) {
      yield `data: ${JSON.stringify(describe(request, queue, logs ? logged : undefined))}\n\n`;
      [lastSent, lastAt, logged] = [fresh, Date.now(), request.logs.length];
    } else if (Date.now() - lastAt >= heartbeatMs) {
      yield ": ping\n\n";
      lastAt = Date.now();
    }
    if (request.ended_at) return;
    await life.pause(streamPollMs);
  }
}

/**
 * Applies a scripted fault; undefined if the genuine answer follows. A gateway that fails does not know the request, so
 * its answer does not name it.
 */
async function misbehave({ hang_ms, answer }: ReadFault, call: Call, life: Life): Promise<Answer | undefined> {
  await life.pause(hang_ms, call.gone).catch(() => {});
  if (call.gone.aborted || answer === "reset") return "reset";
  return answer && { status: answer, json: { detail: "Gateway Timeout" } };
}

async function answerResult({ outcome, script, payloads_deleted_at }: FalRequest, media: Media): Promise<Reply> {
  if (!outcome) return { status: 400, json: { detail: "Request is still in progress" } };
  if (script.result === "not_found" || payloads_deleted_at)
    return { status: 404, json: { detail: "Request not found" } };
  const headers = {
    ...(outcome.status_code < 500 && { "x-fal-billable-units": String(outcome.billable_units) }),
    ...(outcome.error_type && { "x-fal-error-type": outcome.error_type }),
    ...(script.fallback && { "x-fal-endpoint": script.fallback }),
    ...(outcome.timeout_type && { "x-fal-request-timeout-type": outcome.timeout_type }),
  };
  return { status: outcome.status_code, headers, json: await writeBody(outcome, media) };
}

function named(reply: Reply, { request_id }: FalRequest): Reply {
  return { ...reply, headers: { ...reply.headers, "x-fal-request-id": request_id } };
}

function errorText(body: unknown): unknown {
  return typeof body === "object" && body !== null && "detail" in body ? body.detail : body;
}

function logsWanted({ url }: Call): boolean {
  return ["1", "true"].includes(url.searchParams.get("logs") ?? "0");
}
