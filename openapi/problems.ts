import { ERROR_PAGES } from "../lambdas/contract/error-pages.ts";
import {
  type AnyProblemCode,
  GATEWAY_STATUS_BY_CODE,
  problemType,
  STATUS_BY_CODE,
  TITLES,
} from "../lambdas/contract/problem-codes.ts";
import { headers, type Part } from "./part.ts";

const STATUSES: Readonly<Record<AnyProblemCode, number>> = { ...STATUS_BY_CODE, ...GATEWAY_STATUS_BY_CODE };

/** An example of each problem's `detail`. */
const DETAILS = {
  malformed_request: "The body must be valid JSON in UTF-8.",
  malformed_idempotency_key:
    "The Idempotency-Key header must be a single value of 1 to 255 printable ASCII characters. Quotes are optional.",
  unauthorized: "Send a valid API key in the x-api-key header.",
  signature_invalid: "The signature is not valid.",
  forbidden: "This request is not allowed.",
  not_found: "There is no such job.",
  method_not_allowed: "This path accepts only GET, OPTIONS.",
  job_not_retryable: "Only a job that failed, was canceled or expired can be retried. This job is running.",
  job_open: "The job has not settled yet; its status is running. Try again when it has settled.",
  job_deleted: "The job that this request created was deleted. Send a new Idempotency-Key to create another job.",
  no_video: "The job has no video. Its status is running.",
  no_callback: "The job has no callback_url, so there is no callback to send again.",
  body_too_large: "The body must be at most 5242880 bytes.",
  unsupported_media_type: 'The charset of the body must be utf-8, not "iso-8859-1".',
  invalid_request: "Some fields are not valid. `errors` lists each of them.",
  idempotency_key_reused:
    "This Idempotency-Key was already used with a different request. Use a new key for a new request.",
  input_refused: "fal refused the input: image_too_small: Image dimensions are too small.",
  endpoint_unpriced:
    "You have a daily budget, and fal-ai/other has no price, so its jobs cannot be counted. Use an endpoint with a price, or ask the operator for one. Nothing was recorded.",
  budget_exceeded: "The daily budget of $20 for new jobs is used up. It resets at midnight UTC.",
  rate_limited: "The callback was requested again too soon. Nothing was done. Try again in 7 seconds.",
  throttled: "The rate limit was exceeded. Wait for the seconds in Retry-After, then try again.",
  quota_exceeded: "This API key has used up its daily quota of requests.",
  internal_error: "Something went wrong on our side. Retry with the same Idempotency-Key.",
  integration_failure:
    "The service failed and may already have processed the request. Retry with the same Idempotency-Key.",
  storage_unavailable: "fal's storage did not accept the image. Nothing was recorded. Try again in 5 seconds.",
  fal_unavailable:
    "fal must stop the request before the job can be deleted, but fal does not respond. Try again in 2 seconds.",
  table_unavailable: "The job is temporarily unavailable. Try again in 2 seconds.",
  signing_keys_unavailable: "fal's signing keys are temporarily unavailable.",
  fal_key_missing:
    "The image cannot be stored because FAL_KEY is not configured. Nothing was recorded. Try again when the operator has configured it.",
  integration_timeout: "The request took too long and may still be processed. Retry with the same Idempotency-Key.",
} as const satisfies Record<AnyProblemCode, string>;

/** All problem codes. */
export const PROBLEM_CODES: readonly string[] = Object.keys(DETAILS);

/** The problem codes that every route can return. */
const EVERYWHERE = [
  "malformed_request",
  "forbidden",
  "throttled",
  "internal_error",
  "integration_failure",
  "integration_timeout",
] as const satisfies readonly AnyProblemCode[];

/** All problem codes that a route can return, including those of every route. */
export function allProblemsOf(own: readonly AnyProblemCode[], needsKey: boolean): readonly AnyProblemCode[] {
  const codes = new Set([...own, ...EVERYWHERE, ...(needsKey ? (["unauthorized", "quota_exceeded"] as const) : [])]);
  return [...codes].sort((a, b) => STATUSES[a] - STATUSES[b]);
}

/** References to the responses for these problems, by status. */
export function problemResponses(codes: readonly AnyProblemCode[]): Readonly<Record<string, Part>> {
  return Object.fromEntries(
    [...byStatus(codes)].map(([status, group]) => [status, { $ref: `#/components/responses/${nameOf(group)}` }]),
  );
}

/** The responses that the routes refer to. */
export function problemComponents(routes: readonly (readonly AnyProblemCode[])[]): Readonly<Record<string, Part>> {
  const groups = routes.flatMap((codes) => [...byStatus(codes).values()]);
  return Object.fromEntries(groups.map((group) => [nameOf(group), component(group)]));
}

function component(codes: readonly AnyProblemCode[]): Part {
  const status = STATUSES[codes[0] ?? "internal_error"];
  return {
    description: codes.map((code) => `\`${code}\`: ${ERROR_PAGES[code].meaning}`).join("\n\n"),
    ...(status === 429 && { headers: headers("Retry-After") }),
    ...((status === 500 || status === 503) && { headers: headers("Retry-After?") }),
    ...(codes.includes("input_refused") && { headers: headers("Location?") }),
    content: {
      "application/problem+json": {
        schema: { $ref: "#/components/schemas/Problem" },
        examples: Object.fromEntries(codes.map((code) => [code, { value: problemExample(code) }])),
      },
    },
  };
}

/** An example of a problem. */
export function problemExample(code: AnyProblemCode) {
  const status = STATUSES[code];
  const title = TITLES[status];
  const errors = [{ pointer: "/input/prompt", message: "is required" }];
  return {
    type: problemType("https://api.example.com", code),
    title,
    status,
    detail: DETAILS[code],
    code,
    ...(code === "invalid_request" && { errors }),
  };
}

function byStatus(codes: readonly AnyProblemCode[]): ReadonlyMap<string, readonly AnyProblemCode[]> {
  const groups = new Map<string, readonly AnyProblemCode[]>();
  for (const code of codes) {
    const status = String(STATUSES[code]);
    groups.set(status, [...(groups.get(status) ?? []), code]);
  }
  return groups;
}

function nameOf(codes: readonly AnyProblemCode[]): string {
  return codes.map(pascalCase).join("Or");
}

function pascalCase(code: string): string {
  return code.replaceAll(/(?:^|_)([a-z])/g, (_, letter: string) => letter.toUpperCase());
}
