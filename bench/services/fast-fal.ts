import { createPublicKey, randomUUID } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { text } from "node:stream/consumers";
import { setTimeout as delay } from "node:timers/promises";
import { keyFromSeed, signWebhook } from "../../local/fal/signing.ts";
import { closeServer, listenOnLoopback } from "../../local/stack/listening.ts";
import { movieHead } from "./movie.ts";

/**
 * A substitute for fal that does as little as possible, so that it costs little of the time that is measured. It keeps
 * everything in memory and renders nothing. The prompt of a request says what happens to it:
 * - `for 1500 ms`: it takes so long, and then its webhook is sent; without it, it runs forever
 * - `film 200000000`: its video has so many bytes
 */
export type FastFal = { readonly url: string; close(): Promise<void> };

/** The key that signs its webhooks. */
export const webhookKey = keyFromSeed("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60");

/** Status reads of requests whose id begins so are never answered. */
export const hangingPrefix = "hang-";

type Request = {
  readonly id: string;
  readonly filmBytes: number;
  readonly webhook: string | null;
  readonly prompt: string;
  endedAt: number | undefined;
};

const closeTimeoutMs = 500;
/** Status reads so far. */
let looks = 0;
const smallFilmBytes = 20_000;
const chunkBytes = 65_536;

/** Starts it on a free loopback port. `https://HOST/path` of fal's is at `{url}/HOST/path`. */
export async function startFastFal(): Promise<FastFal> {
  const requests = new Map<string, Request>();
  const server = createServer((request, response) => {
    answer(request, response, requests, url).catch(() => response.destroy());
  });
  const url = `http://127.0.0.1:${await listenOnLoopback(server, 0)}`;
  return { url, close: () => closeAtOnce(server) };
}

async function closeAtOnce(server: Server): Promise<void> {
  server.closeAllConnections();
  await closeServer(server, closeTimeoutMs);
}

async function answer(
  message: IncomingMessage,
  response: ServerResponse,
  requests: Map<string, Request>,
  url: string,
): Promise<void> {
  const target = new URL(message.url ?? "/", url);
  const path = target.pathname;
  if (path.startsWith("/v3.fal.media/files/")) return sendFilm(response, Number(/-(\d+)\.mp4$/.exec(path)?.[1] ?? 0));
  if (path.startsWith("/v3.fal.media/uploads/")) return takeUpload(message, response);
  if (path.startsWith("/webhook-of/"))
    return json(response, 200, { webhook: requests.get(path.slice("/webhook-of/".length))?.webhook });
  if (path === "/looks") return json(response, 200, { looks });
  if (path.startsWith("/ended/")) return sendEnd(response, requests, decodeURIComponent(path.slice("/ended/".length)));
  const body = await text(message);
  if (path.endsWith("/jwks.json"))
    return json(response, 200, { keys: [createPublicKey(webhookKey).export({ format: "jwk" })] });
  if (path.includes("/storage/upload/initiate")) return initiate(response, url);
  const read = /\/requests\/([^/]+)(\/status|\/cancel)?$/.exec(path);
  if (read === null) return submit(response, body, target, requests, url);
  const [, id = "", what] = read;
  if (what === "/status") looks++;
  if (id.startsWith(hangingPrefix)) return;
  if (what === "/cancel") return json(response, 202, { status: "CANCELLATION_REQUESTED" });
  // A request that was never submitted here belongs to a row that the bench has made: it runs.
  const request = requests.get(id) ?? { id, filmBytes: 0, webhook: null, prompt: "", endedAt: undefined };
  if (what === "/status") return sendStatus(response, request);
  if (request.endedAt === undefined) json(response, 400, { detail: "Request is still in progress" });
  else json(response, 200, output(request, url), { "x-fal-billable-units": "5" });
}

/** When the request with a prompt ended, in epoch milliseconds, for the bench. */
function sendEnd(response: ServerResponse, requests: ReadonlyMap<string, Request>, prompt: string): void {
  const request = [...requests.values()].findLast((each) => each.prompt === prompt);
  json(response, 200, { at: request?.endedAt });
}

function sendStatus(response: ServerResponse, { id, endedAt }: Request): void {
  const status = endedAt === undefined ? "IN_PROGRESS" : "COMPLETED";
  json(response, endedAt === undefined ? 202 : 200, { status, request_id: id, logs: null });
}

function submit(
  response: ServerResponse,
  body: string,
  target: URL,
  requests: Map<string, Request>,
  url: string,
): void {
  const { prompt = "" } = JSON.parse(body) as { prompt?: string };
  const id = randomUUID();
  const request: Request = {
    id,
    filmBytes: numberAfter("film", prompt) ?? smallFilmBytes,
    webhook: target.searchParams.get("fal_webhook"),
    prompt,
    endedAt: undefined,
  };
  requests.set(id, request);
  const [, owner = "", alias = ""] = target.pathname.split("/").slice(1);
  const at = `https://queue.fal.run/${owner}/${alias}/requests/${id}`;
  json(response, 200, {
    status: "IN_QUEUE",
    request_id: id,
    gateway_request_id: id,
    response_url: at,
    status_url: `${at}/status`,
    cancel_url: `${at}/cancel`,
    queue_position: 0,
  });
  const ms = numberAfter("for", prompt);
  if (ms !== undefined) void end(request, ms, url);
}

async function end(request: Request, afterMs: number, url: string): Promise<void> {
  await delay(afterMs, undefined, { ref: false });
  request.endedAt = Date.now();
  const { id, webhook } = request;
  if (webhook === null) return;
  const { headers, body } = signDelivery(id, output(request, url));
  await fetch(webhook, { method: "POST", headers, body }).then(
    (reply) => reply.arrayBuffer(),
    () => undefined,
  );
}

/** A webhook delivery as fal sends it. */
export function signDelivery(requestId: string, payload: object): { headers: Record<string, string>; body: string } {
  const body = JSON.stringify({
    error: null,
    gateway_request_id: requestId,
    payload,
    request_id: requestId,
    status: "OK",
  });
  const timestamp = Math.floor(Date.now() / 1000);
  const parts = { requestId, userId: "user_bench", timestamp, body: Buffer.from(body) };
  return { headers: { "content-type": "application/json", ...signWebhook(parts, webhookKey) }, body };
}

function output({ id, filmBytes }: Request, url: string) {
  const file_name = `${id}-${filmBytes}.mp4`;
  return {
    video: {
      url: `${url}/v3.fal.media/files/${file_name}`,
      content_type: "video/mp4",
      file_name,
      file_size: filmBytes,
    },
  };
}

async function sendFilm(response: ServerResponse, bytes: number): Promise<void> {
  response.writeHead(200, { "content-type": "video/mp4", "content-length": String(bytes) });
  const head = movieHead(bytes);
  response.write(head);
  const chunk = Buffer.alloc(chunkBytes, 7);
  for (let left = bytes - head.length; left > 0; left -= chunk.length) {
    const hasRoom = response.write(chunk.subarray(0, Math.min(left, chunk.length)));
    if (!hasRoom) await new Promise((resolve) => response.once("drain", resolve));
  }
  response.end();
}

async function takeUpload(message: IncomingMessage, response: ServerResponse): Promise<void> {
  message.resume();
  await new Promise((resolve) => message.once("end", resolve));
  json(response, 200, {});
}

function initiate(response: ServerResponse, url: string): void {
  const name = `${randomUUID()}.jpg`;
  const upload_url = `${url}/v3.fal.media/uploads/${name}`;
  json(response, 200, { upload_url, file_url: `https://v3.fal.media/files/${name}` });
}

function numberAfter(word: string, prompt: string): number | undefined {
  const found = new RegExp(`\\b${word} (\\d+)`).exec(prompt)?.[1];
  return found === undefined ? undefined : Number(found);
}

function json(response: ServerResponse, status: number, value: object, headers: Record<string, string> = {}): void {
  const head = { "content-type": "application/json", "x-fal-request-id": randomUUID(), ...headers };
  response.writeHead(status, head).end(JSON.stringify(value));
}
