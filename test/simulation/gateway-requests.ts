import type { APIGatewayProxyEvent } from "aws-lambda";
import { gatewayEvent } from "../support/events.ts";

/** What a client of fal's sends to the proxy. */
export interface ProxyRequest {
  readonly method: "GET" | "POST" | "PUT";
  /** The URL at fal that it means. */
  readonly target: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly input?: object;
  /** Whose key it brings; by default that of all who submit. */
  readonly apiKeyId?: string;
}

/** A request about one job. */
export function jobEvent(id: string, verb: string): APIGatewayProxyEvent {
  return gatewayEvent({ resource: `/jobs/{id}${verb}`, pathParameters: { id }, headers: {} });
}

/** A request with a JSON body, and an Idempotency-Key where there is one. */
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

/** fal's webhook as it comes to us. */
export function webhookEvent(webhookUrl: string, body: Buffer, headers: Record<string, string>): APIGatewayProxyEvent {
  const [, id = "", token = ""] = /\/fal\/([^/]+)\/([^/]+)$/.exec(webhookUrl) ?? [];
  const resource = "/webhooks/fal/{id}/{token}";
  return { ...gatewayEvent({ resource, pathParameters: { id, token }, headers }), body: body.toString() };
}
