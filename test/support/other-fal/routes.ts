import { randomUUID } from "node:crypto";
import { film } from "./film.ts";
import { cancelled, type FalRequest, type Script, stateOf } from "./request.ts";

/** A call as it came in. */
export type Call = {
  readonly method: string;
  readonly url: URL;
  readonly key: string | undefined;
  readonly range: string | undefined;
  readonly body: Buffer;
};

/** What is sent back: an answer; or the connection is reset before it, within it, or left open. */
export type Reply =
  | { readonly status: number; readonly body: unknown; readonly headers?: Record<string, string> }
  | { readonly status: number; readonly bytes: Buffer; readonly headers: Record<string, string> }
  | "reset"
  | "cut"
  | "hang";

/** What the routes work on. */
export type Queue = {
  readonly url: () => string;
  readonly jwks: readonly unknown[];
  readonly key: string;
  readonly requests: Map<string, FalRequest>;
  readonly posts: { readonly jobId: string }[];
  readonly calls: string[];
  readonly scriptOf: (prompt: string) => Script;
  /** Starts a request; fulfilled when the POST may be answered. */
  readonly enqueue: (request: FalRequest) => Promise<void>;
  readonly end: (request: FalRequest, outcome: FalRequest["outcome"]) => void;
};

const endpoint = "decart/lucy-14b/image-to-video";
const submitPath = `/queue.fal.run/${endpoint}`;
const requestPath = /^\/queue\.fal\.run\/decart\/lucy-14b\/requests\/([^/]+)(\/status|\/cancel)?$/;
const filmPath = /^\/v3\.fal\.media\/files\/b\/[^/]+\.mp4$/;
const payloadsPath = /^\/api\.fal\.ai\/v1\/models\/requests\/[^/]+\/payloads$/;
const longestPage = 20;

/** Answers a call by fal's protocol. Unknown paths answer 404. */
export async function answerCall(queue: Queue, call: Call): Promise<Reply> {
  const { pathname } = call.url;
  queue.calls.push(`${call.method} ${pathname}`);
  if (pathname === "/rest.fal.ai/.well-known/jwks.json") return { status: 200, body: { keys: queue.jwks } };
  if (filmPath.test(pathname)) return showFilm(call);
  if (pathname.startsWith("/put/") || pathname.startsWith("/v3.fal.media/")) return { status: 200, body: {} };
  if (call.key !== `Key ${queue.key}`) return { status: 401, body: { detail: "Cannot access application" } };
  if (pathname === submitPath && call.method === "POST") return submit(queue, call);
  if (pathname === "/rest.fal.ai/storage/upload/initiate") return initiateUpload(queue);
  if (pathname === "/api.fal.ai/v1/models/requests/by-endpoint") return listRequests(queue, call.url.searchParams);
  if (payloadsPath.test(pathname)) return { status: 403, body: { detail: "An admin key is required" } };
  const [, id = "", verb = ""] = requestPath.exec(pathname) ?? [];
  const request = queue.requests.get(id);
  if (!request) return { status: 404, body: { status: "NOT_FOUND" } };
  if (verb === "/status") return tellStatus(request);
  return verb === "/cancel" ? cancel(queue, request) : tellResult(request);
}

async function submit(queue: Queue, { url, body }: Call): Promise<Reply> {
  const input: Record<string, unknown> = JSON.parse(body.toString());
  const script = queue.scriptOf(String(input.prompt));
  const webhookUrl = url.searchParams.get("fal_webhook") ?? "";
  const jobId = /\/webhooks\/fal\/([^/]+)\//.exec(webhookUrl)?.[1] ?? "";
  queue.posts.push({ jobId });
  if (script.refuse) return { status: script.refuse, body: { detail: "Not now" } };
  const id = randomUUID();
  const request = { id, gatewayId: id, jobId, webhookUrl, input, script, sentAt: Date.now(), delivered: [] };
  queue.requests.set(id, request);
  await queue.enqueue(request);
  const { answer = 200 } = script;
  if (answer === "no_request_id") return { status: 200, body: { status: "IN_QUEUE" } };
  if (typeof answer === "string") return answer;
  if (answer !== 200) return { status: answer, body: { detail: "Trouble" }, headers: { location: `${queue.url()}/` } };
  return { status: 200, body: { status: "IN_QUEUE", ...names(request), queue_position: 0 } };
}

function names({ id, gatewayId }: FalRequest) {
  const base = `https://queue.fal.run/decart/lucy-14b/requests/${id}`;
  return {
    request_id: id,
    gateway_request_id: gatewayId,
    response_url: base,
    status_url: `${base}/status`,
    cancel_url: `${base}/cancel`,
  };
}

function tellStatus(request: FalRequest): Reply {
  const status = stateOf(request);
  const { outcome } = request;
  const failure = outcome?.errorType && { error: outcome.body.detail, error_type: outcome.errorType };
  const body = {
    status,
    ...names(request),
    logs: null,
    ...(status === "IN_QUEUE" && { queue_position: 0 }),
    ...failure,
  };
  return { status: status === "COMPLETED" ? 200 : 202, body };
}

function tellResult({ id, outcome, script }: FalRequest): Reply {
  if (!outcome) return { status: 400, body: { detail: "Request is still in progress" } };
  if (script.resultGone) return { status: 404, body: { detail: "Not found" } };
  const type = outcome.errorType && { "x-fal-error-type": outcome.errorType };
  return { status: outcome.status, body: outcome.body, headers: { "x-fal-request-id": id, ...type } };
}

function cancel({ end }: Queue, request: FalRequest): Reply {
  const state = stateOf(request);
  if (state === "COMPLETED") return { status: 400, body: { status: "ALREADY_COMPLETED" } };
  request.cancelRequested = true;
  if (state === "IN_QUEUE") end(request, cancelled);
  return { status: 202, body: { status: "CANCELLATION_REQUESTED" } };
}

function initiateUpload({ url }: Queue): Reply {
  const name = `${randomUUID()}.png`;
  return {
    status: 200,
    body: { upload_url: `${url()}/put/${name}`, file_url: `https://v3.fal.media/files/b/${name}` },
  };
}

/** The film, or the requested range of it. */
function showFilm({ range }: Call): Reply {
  const [, from, to] = /^bytes=(\d+)-(\d*)$/.exec(range ?? "") ?? [];
  const bytes = film.subarray(Number(from ?? 0), to ? Number(to) + 1 : film.length);
  const headers = { "content-type": "video/mp4", "content-length": String(bytes.length), "accept-ranges": "bytes" };
  if (from === undefined) return { status: 200, bytes, headers };
  const content = `bytes ${from}-${Number(from) + bytes.length - 1}/${film.length}`;
  return { status: 206, bytes, headers: { ...headers, "content-range": content } };
}

/** Ended requests only, sorted by their end, in pages of its own size. */
function listRequests({ requests }: Queue, query: URLSearchParams): Reply {
  const [start, end] = [Date.parse(query.get("start") ?? ""), Date.parse(query.get("end") ?? "")];
  const all = [...requests.values()]
    .filter(({ sentAt, endedAt }) => endedAt !== undefined && sentAt >= start && sentAt < end)
    .sort((a, b) => (a.endedAt ?? 0) - (b.endedAt ?? 0));
  const first = Number(query.get("cursor") ?? 0);
  const next = first + Math.min(Number(query.get("limit") ?? longestPage), longestPage);
  const items = all.slice(first, next).map((request) => ({
    request_id: request.id,
    endpoint_id: endpoint,
    sent_at: new Date(request.sentAt).toISOString(),
    started_at: new Date(request.startedAt ?? request.sentAt).toISOString(),
    ended_at: new Date(request.endedAt ?? 0).toISOString(),
    status_code: request.outcome?.status,
    ...(query.get("expand") === "payloads" && { json_input: request.input, json_output: request.outcome?.body }),
  }));
  const more = next < all.length;
  return { status: 200, body: { items, next_cursor: more ? String(next) : null, has_more: more } };
}
