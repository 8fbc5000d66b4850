import type { APIGatewayProxyResult } from "aws-lambda";
import { gatewayEvent } from "../../support/events.ts";
import type { MemoryService } from "../../support/memory-service.ts";
import { oneJob, REQUEST } from "../../support/one-job.ts";

export const ENDPOINT = "decart/lucy-14b/image-to-video";
/** A pass-through endpoint of the service in memory. */
export const OTHER_ENDPOINT = "acme/any/image-to-video";
export const SUBMIT = `https://queue.fal.run/${ENDPOINT}`;
export const INITIATE = "https://rest.fal.ai/storage/upload/initiate?storage_type=fal-cdn-v3";
export const INITIATE_MULTIPART = "https://rest.fal.ai/storage/upload/initiate-multipart?storage_type=fal-cdn-v3";
export const INPUT = REQUEST.input;
export const UNKNOWN_ID = "0".repeat(32);

/** The statuses on which fal's client sends another POST (docs/internals/fal-protocol.md#4-repeated-posts). */
export const RETRYABLE = [429, 502, 503, 504];

type Headers = Record<string, string | string[]>;

export interface FalTold {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: Readonly<Record<string, unknown>>;
}

export type ProxyScene = ReturnType<typeof proxyScene>;

/** The service with one job, called as fal's client calls it. */
export function proxyScene(...policyChange: Parameters<typeof oneJob>) {
  const scene = oneJob(...policyChange);
  const { service } = scene;
  /** One request to `/fal/proxy`. */
  async function ask(
    method: "GET" | "POST" | "PUT",
    target: string,
    { headers = {}, body, apiKeyId = "key-id-1" }: { headers?: Headers; body?: string; apiKeyId?: string } = {},
  ): Promise<FalTold> {
    return toTold(
      await handlerOf(service, method)(proxyEvent(method, target, { headers, body: body ?? null, apiKeyId })),
    );
  }
  const requestUrl = (id = scene.row().id, app = "decart/lucy-14b") => `https://queue.fal.run/${app}/requests/${id}`;
  return {
    ...scene,
    ask,
    requestUrl,
    send: (input: unknown = INPUT, headers: Headers = {}, target = SUBMIT) =>
      ask("POST", target, { headers, body: JSON.stringify(input) }),
    status: (logs = 0, apiKeyId = "key-id-1") => ask("GET", `${requestUrl()}/status?logs=${logs}`, { apiKeyId }),
    result: (apiKeyId = "key-id-1") => ask("GET", requestUrl(), { apiKeyId }),
    put: (apiKeyId = "key-id-1") => ask("PUT", `${requestUrl()}/cancel`, { apiKeyId }),
    /** Stores a file at an upload's URL. */
    putFile: scene.put,
    /** Moves the clock, and sweeps. */
    async sweepAfter(ms: number) {
      service.state.nowMs += ms;
      await service.sweep();
    },
  };
}

/** The function behind `/fal/proxy` for a method. */
export function handlerOf({ proxyRead, proxyPut, proxyWrite }: MemoryService, method: string) {
  if (method === "GET") return proxyRead;
  return method === "PUT" ? proxyPut : proxyWrite;
}

/** A request to `/fal/proxy` as API Gateway passes it on. */
export function proxyEvent(
  method: string,
  target: string | readonly string[],
  change: Parameters<typeof gatewayEvent>[0] = {},
) {
  const headers = { "Content-Type": "application/json", "X-Fal-Target-Url": [target].flat(), ...change.headers };
  return gatewayEvent({ method, resource: "/fal/proxy", ...change, headers });
}

export function toTold({ statusCode: status, headers = {}, body }: APIGatewayProxyResult): FalTold {
  return { status, headers, body: body === "" ? {} : JSON.parse(body) };
}
