/** The stable codes of problems, and the HTTP status of each. */

/** The problems that the functions return. */
export const STATUS_BY_CODE = {
  malformed_request: 400,
  malformed_idempotency_key: 400,
  signature_invalid: 401,
  not_found: 404,
  method_not_allowed: 405,
  job_not_retryable: 409,
  job_open: 409,
  job_deleted: 409,
  no_video: 409,
  no_callback: 409,
  body_too_large: 413,
  unsupported_media_type: 415,
  invalid_request: 422,
  idempotency_key_reused: 422,
  input_refused: 422,
  endpoint_unpriced: 422,
  budget_exceeded: 429,
  rate_limited: 429,
  internal_error: 500,
  storage_unavailable: 503,
  fal_unavailable: 503,
  table_unavailable: 503,
  signing_keys_unavailable: 503,
  fal_key_missing: 503,
} as const;

/** The problems that only API Gateway returns, before or after a function runs. */
export const GATEWAY_STATUS_BY_CODE = {
  unauthorized: 401,
  forbidden: 403,
  throttled: 429,
  quota_exceeded: 429,
  integration_failure: 500,
  integration_timeout: 500,
} as const;

/** The title of a problem, by its status. */
export const TITLES: Readonly<Record<number, string>> = {
  400: "Bad Request",
  401: "Unauthorized",
  403: "Forbidden",
  404: "Not Found",
  405: "Method Not Allowed",
  409: "Conflict",
  413: "Content Too Large",
  415: "Unsupported Media Type",
  422: "Unprocessable Content",
  429: "Too Many Requests",
  500: "Internal Server Error",
  503: "Service Unavailable",
};

/** The code of a problem that a function returns. */
export type ProblemCode = keyof typeof STATUS_BY_CODE;

/** The code of a problem that only API Gateway returns. */
export type GatewayProblemCode = keyof typeof GATEWAY_STATUS_BY_CODE;

/** The code of any problem that the API returns. */
export type AnyProblemCode = ProblemCode | GatewayProblemCode;

/** The URL of the page that explains a code: a problem's `type` (RFC 9457 §3.1.1). */
export function problemType(publicUrl: string, code: AnyProblemCode): string {
  return `${publicUrl}/errors/${code}`;
}
