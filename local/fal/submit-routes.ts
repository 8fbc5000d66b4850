import { createHash } from "node:crypto";
import { v7 as uuid } from "uuid";
import type { Authorize } from "./authorize.ts";
import type { Script } from "./fault-schema.ts";
import type { Faults } from "./faults.ts";
import { type Answer, type Call, parseJson, type Reply, type Route } from "./http.ts";
import { promptOf } from "./input.ts";
import type { Table } from "./journal.ts";
import type { Life } from "./life.ts";
import type { Queue } from "./queue.ts";
import type { FalRequest, Post } from "./records.ts";
import { requestUrls } from "./status-routes.ts";

/** What submitting needs. `firstDelivery` resolves when a request's webhook was tried once. */
export interface SubmitParts {
  /** The ids of all endpoints. */
  readonly endpointIds: readonly string[];
  readonly queue: Queue;
  readonly posts: Table<Post>;
  readonly faults: Faults;
  readonly life: Life;
  readonly authorize: Authorize;
  firstDelivery(request: FalRequest): Promise<void>;
}

type SubmitFault = NonNullable<Script["submit"]>;

/** Where a submission goes; the group is the endpoint. */
export const submitPath = /^\/queue\.fal\.run\/(.+)$/;

const maxStartTimeoutSeconds = 86_400;
const notedHeaders = /^(?:x-(?:app-)?fal-.*|user-agent|content-type)$/;

const refusals: Readonly<Record<number, string>> = {
  401: "No user found for Key ID and Secret",
  403: "User is locked. Reason: Exhausted balance. Top up your balance at fal.ai/dashboard/billing.",
  404: "Application not found",
  422: "Unprocessable request",
  429: "Too many requests",
};

/** `POST https://queue.fal.run/{endpoint}`, every POST is counted, with any outcome. */
export function submitRoutes(parts: SubmitParts): Route[] {
  return [
    {
      method: "POST",
      path: submitPath,
      answer: async (call, endpoint) => {
        const post = notePost(call, endpoint);
        await parts.posts.put(post.id, post);
        const { answer, request } = await submit(call, endpoint, parts);
        const outcome = answer === "reset" ? answer : answer.status;
        await parts.posts.put(post.id, {
          ...post,
          answer: outcome,
          ...(request && { request_id: request.request_id }),
        });
        return answer;
      },
    },
  ];
}

/** A POST on the queue, as the ledger shows it while it has no answer. */
export function notePost({ body }: Call, endpoint: string): Post {
  const body_sha256 = createHash("sha256").update(body).digest("hex");
  return { id: uuid(), at: new Date().toISOString(), endpoint, body_sha256 };
}

interface Submitted {
  readonly answer: Answer;
  readonly request?: FalRequest;
}

async function submit(call: Call, endpoint: string, parts: SubmitParts): Promise<Submitted> {
  const refusal = parts.authorize(call) ?? refuseEndpoint(endpoint, parts.endpointIds);
  if (refusal) return { answer: refusal };
  const input = parseJson(call.body);
  if (input === undefined) return { answer: { status: 400, json: { detail: "The request body is not valid JSON" } } };
  const script = await parts.faults.takeForSubmission(promptOf(input));
  const before = script.submit?.when === "before" ? script.submit : undefined;
  const refused = before && (await misbehave(before, undefined, call, parts.life));
  if (refused) return { answer: refused };
  const options = readOptions(call);
  const fallback = allowsFallback(options.headers) ? script.fallback : undefined;
  const request = await parts.queue.enqueue({ endpoint, input, script: { ...script, fallback }, ...options });
  if (script.webhook?.early) await parts.firstDelivery(request);
  const after = script.submit?.when === "after" ? script.submit : undefined;
  const answer = (after && (await misbehave(after, request, call, parts.life))) ?? accept(request, parts.queue);
  return { answer, request };
}

/**
 * Applies a scripted fault; undefined if the normal handling continues. If the client disconnects during the wait,
 * nothing is enqueued.
 */
async function misbehave(
  fault: SubmitFault,
  request: FalRequest | undefined,
  call: Call,
  life: Life,
): Promise<Answer | undefined> {
  await life.pause(fault.hang_ms, call.gone).catch(() => {});
  if (call.gone.aborted || fault.answer === "reset") return "reset";
  if (fault.answer === undefined) return undefined;
  const headers: Record<string, string> = request ? { "x-fal-request-id": request.request_id } : {};
  if (fault.answer === "no_request_id") return { status: 200, json: { status: "IN_QUEUE", queue_position: 0 } };
  return { status: fault.answer, headers, json: { detail: refusals[fault.answer] ?? "Internal Server Error" } };
}

function accept(request: FalRequest, queue: Queue): Reply {
  const { request_id, gateway_request_id } = request;
  const queue_position = queue.position(request);
  const json = { status: "IN_QUEUE", request_id, ...requestUrls(request), queue_position, gateway_request_id };
  return { status: 200, headers: { "x-fal-request-id": request_id }, json };
}

function readOptions({ url, headers }: Call) {
  const seconds = Number(headers["x-fal-request-timeout"] ?? Number.NaN);
  const webhook = url.searchParams.get("fal_webhook");
  const noted = Object.entries(headers).flatMap(([name, value]) =>
    notedHeaders.test(name) ? [[name, String(value)]] : [],
  );
  return {
    headers: Object.fromEntries(noted),
    ...(webhook && { webhook }),
    ...(Number.isFinite(seconds) && { startTimeoutSeconds: Math.min(seconds, maxStartTimeoutSeconds) }),
  };
}

/** Either of the names that fal's documentation has forbids fallbacks. */
function allowsFallback(headers: Readonly<Record<string, string>>): boolean {
  return !("x-fal-disable-fallbacks" in headers) && !("x-app-fal-disable-fallback" in headers);
}

function refuseEndpoint(endpoint: string, endpointIds: readonly string[]): Reply | undefined {
  if (endpointIds.includes(endpoint)) return undefined;
  return { status: 404, json: { detail: `Application '${endpoint}' not found` } };
}
