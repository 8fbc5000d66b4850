import type { APIGatewayProxyResult } from "aws-lambda";
import { expect } from "vitest";
import type { ProblemCode } from "../../lambdas/contract/problem-codes.ts";
import type { FieldError } from "../../lambdas/contract/validation.ts";
import type { MemoryService } from "../support/memory-service.ts";

/** The complete list of codes for a bad request. A code that the service adds must be added here. */
const STATUS_BY_CODE: Readonly<Partial<Record<ProblemCode, number>>> = {
  malformed_request: 400,
  malformed_idempotency_key: 400,
  signature_invalid: 401,
  not_found: 404,
  job_not_retryable: 409,
  job_open: 409,
  job_deleted: 409,
  no_video: 409,
  no_callback: 409,
  body_too_large: 413,
  unsupported_media_type: 415,
  invalid_request: 422,
  idempotency_key_reused: 422,
};

/** The largest answer that Lambda passes on; above it the gateway answers 502. */
const LAMBDA_ANSWER_MAX_BYTES = 6_291_456;

interface Refusal {
  readonly code: ProblemCode;
  readonly status: number;
  readonly errors?: readonly FieldError[];
}

/** Checks that an answer is a well-formed problem caused by the caller, and returns it. */
export function expectRefusal(answer: APIGatewayProxyResult): Refusal {
  const problem: Refusal & Record<string, unknown> = JSON.parse(answer.body);
  expect(answer.statusCode, answer.body.slice(0, 500)).toBe(STATUS_BY_CODE[problem.code]);
  expect(answer.headers).toMatchObject({ "content-type": "application/problem+json" });
  expect(problem).toMatchObject({
    type: expect.stringMatching(`/errors/${problem.code}$`),
    title: expect.any(String),
    status: answer.statusCode,
    detail: expect.stringMatching(/\S/),
  });
  expect(Buffer.byteLength(JSON.stringify(answer))).toBeLessThan(LAMBDA_ANSWER_MAX_BYTES);
  if (problem.code === "invalid_request") expectFields(problem.errors);
  return problem;
}

function expectFields(errors: readonly FieldError[] | undefined): void {
  expect(errors?.length).toBeGreaterThan(0);
  for (const { pointer, message } of errors ?? []) {
    expect(pointer).toMatch(/^(\/([^~/]|~[01])*)*$/su);
    expect(message).toMatch(/\S/);
  }
}

/** Checks that nothing was recorded, no fal connection was prepared, and no prototype was changed. */
export function expectNothingHappened({ rows, state }: MemoryService): void {
  expect(rows().size).toBe(0);
  expect(state.prepared).toBe(0);
  expect(Object.keys(Object.prototype)).toEqual([]);
}
