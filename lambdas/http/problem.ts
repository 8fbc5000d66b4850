import type { FieldError } from "../contract/validation.ts";

/** Every problem the functions answer with: its stable `code` and the status that goes with it. */
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
  budget_exceeded: 429,
  internal_error: 500,
  storage_unavailable: 503,
  fal_unavailable: 503,
  table_unavailable: 503,
  signing_keys_unavailable: 503,
  fal_key_missing: 503,
} as const;

/** What a problem of a status is called. */
export const TITLES: Readonly<Record<number, string>> = {
  400: "Bad Request",
  401: "Unauthorized",
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

export type ProblemCode = keyof typeof STATUS_BY_CODE;

interface ProblemExtras {
  readonly errors?: readonly FieldError[];
  /** URL of the job that this is about. */
  readonly instance?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly cause?: unknown;
}

/** The caller's or the world's fault, on its way to becoming an RFC 9457 answer. `detail` says what was expected. */
export class Problem extends Error {
  override readonly name = "Problem";
  readonly code: ProblemCode;
  readonly status: number;
  readonly extras: ProblemExtras;

  constructor(code: ProblemCode, detail: string, extras: ProblemExtras = {}) {
    super(detail, { cause: extras.cause });
    this.code = code;
    this.status = STATUS_BY_CODE[code];
    this.extras = extras;
  }
}

/** The body of `application/problem+json` (RFC 9457). */
export function problemBody(problem: Problem) {
  return {
    type: "about:blank",
    title: TITLES[problem.status],
    status: problem.status,
    detail: problem.message,
    code: problem.code,
    instance: problem.extras.instance,
    errors: problem.extras.errors?.map(({ pointer, message }) => ({ pointer, message })),
  };
}
