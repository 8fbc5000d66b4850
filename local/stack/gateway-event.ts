import { randomUUID } from "node:crypto";
import type { IncomingMessage } from "node:http";
import type { APIGatewayProxyEvent } from "aws-lambda";
import type { ApiKey } from "./api-keys.ts";
import type { ApiSpec } from "./api-spec.ts";
import type { RouteMatch } from "./gateway-routes.ts";
import { localAccountId } from "./locality.ts";

/** A request at the gateway, with the values that API Gateway calls its context. */
export type GatewayRequest = {
  readonly method: string;
  /** The path as sent, still percent-encoded, without the query. */
  readonly path: string;
  readonly query: URLSearchParams;
  /** Header names as they were sent, in order, with repeated ones. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly sourceIp: string;
  readonly port: number;
  readonly requestId: string;
  readonly receivedAtMs: number;
};

type Values = Record<string, string>;
type MultiValues = Record<string, string[]>;

/** Headers that apply to one connection only. API Gateway does not pass them on. */
export const connectionHeaders = new Set([
  "connection",
  "expect",
  "keep-alive",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
]);

/** Reads a request, without its body. */
export function readRequest(message: IncomingMessage): GatewayRequest {
  const [path = "/", query = ""] = splitOnce(message.url ?? "/", "?");
  const raw = message.rawHeaders;
  return {
    method: message.method ?? "GET",
    path,
    query: new URLSearchParams(query),
    headers: raw.flatMap((name, index) => (index % 2 === 0 ? [[name, raw[index + 1] ?? ""] as const] : [])),
    sourceIp: message.socket.remoteAddress ?? "127.0.0.1",
    port: message.socket.localPort ?? 0,
    requestId: randomUUID(),
    receivedAtMs: Date.now(),
  };
}

/** The first value of a header. The case of the name does not matter. */
export function findHeader(request: GatewayRequest, name: string): string | undefined {
  return request.headers.find(([sent]) => sent.toLowerCase() === name)?.[1];
}

/**
 * The event that an API Gateway REST API (payload 1.0) passes to a function for this request.
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html
 */
export function buildEvent(
  request: GatewayRequest,
  body: Buffer,
  match: RouteMatch,
  api: ApiSpec,
  apiKey: ApiKey | undefined,
): APIGatewayProxyEvent {
  const headers = collect([
    ...request.headers.filter(([name]) => !connectionHeaders.has(name.toLowerCase())),
    ...added(request),
  ]);
  const query = collect([...request.query]);
  const isBase64Encoded = isBinary(findHeader(request, "content-type"), api.binaryMediaTypes);
  return {
    resource: match.route.resourcePath,
    path: request.path,
    httpMethod: request.method,
    headers: lastOfEach(headers),
    multiValueHeaders: headers,
    queryStringParameters: orNull(lastOfEach(query)),
    multiValueQueryStringParameters: orNull(query),
    pathParameters: orNull({ ...match.pathParameters }),
    stageVariables: null,
    requestContext: buildContext(request, match, api, apiKey),
    body: body.length === 0 ? null : body.toString(isBase64Encoded ? "base64" : "utf8"),
    isBase64Encoded: body.length > 0 && isBase64Encoded,
  };
}

/** True when a Content-Type (or an Accept's first type) is one of the API's binary media types. */
export function isBinary(contentType: string | undefined, binaryMediaTypes: readonly string[]): boolean {
  const type = contentType?.split(/[,;]/)[0]?.trim().toLowerCase();
  return binaryMediaTypes.includes("*/*") || (type !== undefined && binaryMediaTypes.includes(type));
}

function buildContext(
  request: GatewayRequest,
  { route }: RouteMatch,
  api: ApiSpec,
  apiKey: ApiKey | undefined,
): APIGatewayProxyEvent["requestContext"] {
  return {
    accountId: localAccountId,
    apiId: api.id,
    authorizer: undefined,
    domainName: findHeader(request, "host") ?? "localhost",
    domainPrefix: api.id,
    extendedRequestId: request.requestId,
    httpMethod: request.method,
    identity: buildIdentity(request, apiKey),
    path: request.path,
    protocol: "HTTP/1.1",
    requestId: request.requestId,
    requestTime: formatTime(request.receivedAtMs),
    requestTimeEpoch: request.receivedAtMs,
    resourceId: route.resourceId,
    resourcePath: route.resourcePath,
    stage: api.stage,
  };
}

function buildIdentity(request: GatewayRequest, apiKey: ApiKey | undefined) {
  return {
    accessKey: null,
    accountId: null,
    apiKey: apiKey?.value ?? null,
    apiKeyId: apiKey?.id ?? null,
    caller: null,
    clientCert: null,
    cognitoAuthenticationProvider: null,
    cognitoAuthenticationType: null,
    cognitoIdentityId: null,
    cognitoIdentityPoolId: null,
    principalOrgId: null,
    sourceIp: request.sourceIp,
    user: null,
    userAgent: findHeader(request, "user-agent") ?? null,
    userArn: null,
    vpcId: undefined,
    vpceId: undefined,
  };
}

// Headers that CloudFront and the gateway add to the caller's own.
function added({ sourceIp, port, requestId, receivedAtMs }: GatewayRequest): [string, string][] {
  const epochSeconds = Math.floor(receivedAtMs / 1000).toString(16);
  return [
    ["X-Amzn-Trace-Id", `Root=1-${epochSeconds}-${requestId.replaceAll("-", "").slice(0, 24)}`],
    ["X-Forwarded-For", sourceIp],
    ["X-Forwarded-Port", String(port)],
    ["X-Forwarded-Proto", "http"],
  ];
}

// Names that differ only in case stay separate, as in the event's own maps.
function collect(pairs: readonly (readonly [string, string])[]): MultiValues {
  const values = new Map<string, string[]>();
  for (const [name, value] of pairs) values.set(name, [...(values.get(name) ?? []), value]);
  return Object.fromEntries(values);
}

function lastOfEach(values: MultiValues): Values {
  return Object.fromEntries(Object.entries(values).map(([name, all]) => [name, all.at(-1) ?? ""]));
}

function orNull<T extends object>(values: T): T | null {
  return Object.keys(values).length === 0 ? null : values;
}

// As in access logs: 09/Apr/2015:12:34:56 +0000.
function formatTime(timeMs: number): string {
  const [, day, month, year, time] = new Date(timeMs).toUTCString().split(" ");
  return `${day}/${month}/${year}:${time} +0000`;
}

function splitOnce(text: string, separator: string): [string, string?] {
  const index = text.indexOf(separator);
  return index === -1 ? [text] : [text.slice(0, index), text.slice(index + separator.length)];
}
