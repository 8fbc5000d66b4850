import { STATUS_CODES } from "node:http";
import type { ApiSpec } from "./api-spec.ts";
import type { GatewayRequest } from "./gateway-event.ts";

/** The status and headers of an HTTP response. Header names may repeat. */
export type AnswerHead = {
  readonly status: number;
  readonly headers: readonly (readonly [name: string, value: string])[];
};

/** A whole HTTP response. */
export type Answer = AnswerHead & { readonly body: Buffer };

/** The responses that the gateway creates itself, with API Gateway's own status and message. */
const defaults = {
  BAD_REQUEST_PARAMETERS: [400, "Bad Request"],
  MISSING_AUTHENTICATION_TOKEN: [403, "Missing Authentication Token"],
  INVALID_API_KEY: [403, "Forbidden"],
  REQUEST_TOO_LARGE: [413, "Request Too Long"],
  THROTTLED: [429, "Too Many Requests"],
  INTEGRATION_FAILURE: [502, "Internal server error"],
  INTEGRATION_TIMEOUT: [504, "Endpoint request timed out"],
} as const satisfies Record<string, readonly [status: number, message: string]>;

/** One of the gateway's own response types. */
export type RefusalType = keyof typeof defaults;

/**
 * The gateway's own response of a type: the template's if it has one, else its DEFAULT_4XX or DEFAULT_5XX, else API
 * Gateway's.
 */
export function refuse(api: ApiSpec, request: GatewayRequest, type: RefusalType, resourcePath = ""): Answer {
  const [defaultStatus, message] = defaults[type];
  const spec = api.responses[type] ?? api.responses[defaultStatus < 500 ? "DEFAULT_4XX" : "DEFAULT_5XX"];
  const context = describe(api, request, type, message, resourcePath);
  const [contentType, template] = Object.entries(spec?.templates ?? {})[0] ?? [
    "application/json",
    '{"message":$context.error.messageString}',
  ];
  const headers = Object.entries(spec?.headers ?? {}).map(
    ([name, value]) => [name, fillValue(value, context)] as const,
  );
  const hasType = headers.some(([name]) => name.toLowerCase() === "content-type");
  return {
    status: spec?.status ?? defaultStatus,
    headers: hasType ? headers : [["content-type", contentType], ...headers],
    body: Buffer.from(fillTemplate(template, context)),
  };
}

/**
 * A plain-text response that does not come from API Gateway itself: a refusal by its front end, or an error of the
 * local stack.
 */
export function plainAnswer(status: number): Answer {
  return {
    status,
    headers: [["content-type", "text/plain"]],
    body: Buffer.from(`${STATUS_CODES[status] ?? status}\n`),
  };
}

type Context = Readonly<Record<string, string>>;

function describe(api: ApiSpec, request: GatewayRequest, type: string, message: string, resourcePath: string): Context {
  return {
    apiId: api.id,
    "error.message": message,
    "error.messageString": JSON.stringify(message),
    "error.responseType": type,
    extendedRequestId: request.requestId,
    httpMethod: request.method,
    "identity.sourceIp": request.sourceIp,
    path: request.path,
    requestId: request.requestId,
    requestTimeEpoch: String(request.receivedAtMs),
    resourcePath,
    stage: api.stage,
  };
}

function fillTemplate(template: string, context: Context): string {
  return template.replace(/\$context\.([\w.]*\w)/g, (_whole, name: string) => context[name] ?? "");
}

function fillValue(value: string, context: Context): string {
  return value.startsWith("context.") ? (context[value.slice("context.".length)] ?? "") : value;
}
