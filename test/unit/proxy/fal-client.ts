import { createFalClient } from "@fal-ai/client";
import { vi } from "vitest";
import { gatewayEvent } from "../../support/events.ts";
import { handlerOf, type ProxyScene } from "./proxy-scene.ts";

/** One request that fal's client sent. */
export interface ClientCall {
  readonly method: string;
  /** Its URL without a proxy. */
  readonly target: string;
  readonly headers: Readonly<Record<string, string>>;
}

const PROXY = "https://api.example.com/prod/fal/proxy";

/** fal's published client, configured as in the README; a function answers its requests, and they are recorded. */
export function clientWith(answer: (call: ClientCall, body: RequestInit["body"]) => Promise<Response>) {
  const calls: ClientCall[] = [];
  const client = createFalClient({
    proxyUrl: { url: PROXY, when: "always" },
    credentials: "a key of fal's that is not ours",
    requestMiddleware: async (request) => ({ ...request, headers: { ...request.headers, "x-api-key": "key-id-1" } }),
    async fetch(url, init) {
      const headers = { ...(init?.headers as Record<string, string>) };
      const target = String(url) === PROXY ? (headers["x-fal-target-url"] ?? "") : String(url);
      const call = { method: init?.method ?? "GET", target, headers };
      calls.push(call);
      return answer(call, init?.body);
    },
  });
  return { client, calls };
}

/** The service's answer, and the number of jobs at that time. */
export interface ServiceAnswer {
  readonly status: number;
  readonly jobs: number;
}

/** The same client with the service in memory as its network. `losing`: this many first answers are lost. */
export function clientOf(scene: ProxyScene, losing = 0) {
  let left = losing;
  const answers: ServiceAnswer[] = [];
  const made = clientWith(async ({ method, target, headers }, body) => {
    if (headers["x-fal-target-url"] === undefined) return putFile(scene, target, headers, body);
    const text = typeof body === "string" ? body : null;
    const event = { method, resource: "/fal/proxy", headers, body: text, apiKeyId: headers["x-api-key"] ?? null };
    const result = await handlerOf(scene.service, method)(gatewayEvent(event));
    answers.push({ status: result.statusCode, jobs: scene.service.rows().size });
    if (left-- > 0) throw Object.assign(new TypeError("fetch failed"), { cause: { code: "ECONNRESET" } });
    const told = Object.entries(result.headers ?? {}).map(([name, value]): [string, string] => [name, String(value)]);
    return new Response(result.body, { status: result.statusCode, headers: told });
  });
  return { ...made, answers };
}

/** The outcome of the client's promise, without real waiting in its back-off. */
export async function quickly<T>(work: () => Promise<T>): Promise<T | Error> {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  try {
    const told = work().catch((error: unknown) => (error instanceof Error ? error : new Error(String(error))));
    await vi.advanceTimersByTimeAsync(CLIENT_BACKOFF_MAX_MS);
    return await told;
  } finally {
    vi.useRealTimers();
  }
}

/** Longer than all waits of one client call. */
const CLIENT_BACKOFF_MAX_MS = 120_000;

/** The bucket accepts what a presigned URL permits. */
async function putFile(
  { service }: ProxyScene,
  url: string,
  headers: Readonly<Record<string, string>>,
  body: RequestInit["body"],
): Promise<Response> {
  const bytes = Buffer.from(await new Response(body).arrayBuffer());
  service.uploads.set(new URL(url).pathname.slice(1), { contentType: headers["Content-Type"], bytes });
  return new Response(null);
}
