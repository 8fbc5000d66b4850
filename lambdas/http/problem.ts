import { type ProblemCode, problemType, STATUS_BY_CODE, TITLES } from "../contract/problem-codes.ts";
import type { FieldError } from "../contract/validation.ts";

interface ProblemExtras {
  readonly errors?: readonly FieldError[];
  /** URL of the job that the problem is about. */
  readonly instance?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly cause?: unknown;
}

/**
 * An error caused by the caller or by another system. It becomes an RFC 9457 response. `detail` says what was expected.
 */
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
export function problemBody(problem: Problem, publicUrl: string) {
  return {
    type: problemType(publicUrl, problem.code),
    title: TITLES[problem.status],
    status: problem.status,
    detail: timed(problem),
    code: problem.code,
    instance: problem.extras.instance,
    errors: problem.extras.errors?.map(({ pointer, message }) => ({ pointer, message })),
  };
}

const LAST_SENTENCE = /(Try again|Retry with the same Idempotency-Key)\.$/;

/** The detail. If it ends with the advice to try again, it also says when, as the header does. */
function timed({ message, extras }: Problem): string {
  const seconds = extras.headers?.["retry-after"];
  return seconds === undefined ? message : message.replace(LAST_SENTENCE, `$1 in ${seconds} seconds.`);
}
