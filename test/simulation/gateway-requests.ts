import type { APIGatewayProxyEvent } from "aws-lambda";
import { gatewayEvent } from "../support/events.ts";

/** A request of fal's client to the proxy. */
export interface ProxyRequest {
  readonly method: "GET" | "POST" | "PUT";
  /** The URL at fal that it targets. */
  readonly target: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly input?: object;
  /** The API key that it carries; by default that of all submitting callers. */
  readonly apiKeyId?: string;
}

/** A request about one job. */
export function jobEvent(id: string, verb: string): APIGatewayProxyEvent {
  return gatewayEvent({ resource: `/jobs/{id}${verb}`, pathParameters: { id }, headers: {} });
}

/** A request with a JSON body and an optional Idempotency-Key. */
export function jsonEvent(resource: string, body: object, key: string | undefined): APIGatewayProxyEvent {
  const headers = { "content-type": "application/json", ...(key !== undefined && { "idempotency-key": key }) };
  return gatewayEvent({ resource, body: JSON.stringify(body), headers });
}

export function proxyEvent({ method, target, headers, input, apiKeyId }: ProxyRequest): APIGatewayProxyEvent {
  return gatewayEvent({
    resource: "/fal/proxy",
    method,
    headers: { "Content-Type": "application/json", "x-fal-target-url": target, ...headers },
    ...(input && { body: JSON.stringify(input) }),
    ...(apiKeyId !== undefined && { apiKeyId }),
  });
}

/** fal's webhook as we receive it. */
export function webhookEvent(webhookUrl: string, body: Buffer, headers: Record<string, string>): APIGatewayProxyEvent {
  const [, id = "", token = ""] = /\/fal\/([^/]+)\/([^/]+)$/.exec(webhookUrl) ?? [];
  const resource = "/webhooks/fal/{id}/{token}";
  return { ...gatewayEvent({ resource, pathParameters: { id, token }, headers }), body: body.toString() };
}
