import type { JobError } from "../job/job.ts";
import { BILLABLE_UNIT_PARTS, BILLABLE_UNITS_MAX } from "../limits.ts";
import { ACCOUNT_REMEDIES, accountTrouble } from "./account-trouble.ts";
import type { CallOutcome } from "./call-once.ts";
import { isSuccess } from "./call-once.ts";
import type { FalRequest } from "./client.ts";
import { clippedDetail, jsonObject } from "./detail.ts";
import { type Outcome, readFailure, readResult } from "./outcome.ts";
import type { FalConnection } from "./prepare.ts";
import { keyMissing } from "./submission.ts";

/** What fal reports about a request. */
export type FalCheck =
  | { readonly kind: "in_queue" | "running" }
  | { readonly kind: "finished"; readonly outcome: Outcome }
  /** fal gave up before it started the request: it never ran and is not billed (rule P12). */
  | { readonly kind: "start_timed_out" }
  /** fal does not know the request, or no longer has its result. This alone is not a failure (rule P18). */
  | { readonly kind: "not_found" }
  /** Nothing new is known. `error` says why, and stays on the job until fal can be asked again (rule P20). */
  | {
      readonly kind: "no_answer";
      readonly error: JobError;
      readonly slowDown: boolean;
      /** The result has more bytes than were allowed to be read. */
      readonly isTooLarge?: boolean | undefined;
    };

/** Asks fal about a request. COMPLETED does not mean success: only the result shows that. Never throws. */
export async function checkAtFal(
  { fal, access }: FalConnection,
  request: FalRequest,
  resultMaxBytes: number,
): Promise<FalCheck> {
  if (access === undefined) return { kind: "no_answer", error: keyMissing().error, slowDown: false };
  const status = await fal.statusAtFal(access, request);
  const body = bodyOf(status);
  if (status.kind !== "answered" || !isSuccess(status.status)) return readRefusedLook(status);
  if (body?.status === "IN_QUEUE") return { kind: "in_queue" };
  if (body?.status === "IN_PROGRESS") return { kind: "running" };
  if (body?.status !== "COMPLETED") return noAnswer("the status could not be read");
  return readFinished(await fal.resultAtFal(access, request, resultMaxBytes), body, request, access.falEndpointUrl);
}

function readFinished(
  result: CallOutcome,
  status: Readonly<Record<string, unknown>>,
  request: FalRequest,
  falEndpointUrl: string | undefined,
): FalCheck {
  if (result.kind !== "answered") {
    const isTooLarge = result.kind === "unanswered" && result.isTooLarge;
    return { ...noAnswer(`the result could not be fetched (${result.reason})`), isTooLarge };
  }
  const body = withErrorType(bodyOf(result), result);
  if (isSuccess(result.status) && body === undefined) return noAnswer("the result could not be read");
  if (isSuccess(result.status)) {
    const outcome = readSuccess(body, falEndpointUrl, result.headers["x-fal-endpoint"] ?? status.endpoint_id);
    return { kind: "finished", outcome: outcome.status === "succeeded" ? { ...outcome, ...billed(result) } : outcome };
  }
  if (result.status === 400 && String(body?.detail).includes("still in progress")) return { kind: "running" };
  if (result.headers["x-fal-request-timeout-type"] === "user") return { kind: "start_timed_out" };
  if (isModelResult(result, body, request)) {
    return { kind: "finished", outcome: readFailure(body, result.status, undefined) };
  }
  if (typeof status.error_type === "string") {
    return {
      kind: "finished",
      outcome: readFailure({ detail: status.error, error_type: status.error_type }, undefined, undefined),
    };
  }
  return readRefusedLook(result);
}

function readSuccess(body: unknown, falEndpointUrl: string | undefined, ranOn: unknown): Outcome {
  const result = readResult(body, falEndpointUrl, ranOn);
  if (result) return { status: "succeeded", result };
  const message = "fal finished the request, but its result contains no usable video.";
  return { status: "failed", error: { code: "result_unusable", message, retryable: false } };
}

function billed({ headers }: Extract<CallOutcome, { kind: "answered" }>): { readonly billableUnits?: number } {
  const units = headers["x-fal-billable-units"];
  const billableUnits = typeof units === "string" && units.trim() !== "" ? Number(units) : Number.NaN;
  if (!(billableUnits >= 0 && billableUnits <= BILLABLE_UNITS_MAX)) return {};
  return { billableUnits: Math.round(billableUnits * BILLABLE_UNIT_PARTS) / BILLABLE_UNIT_PARTS };
}

/** Whether an error is the result of the request itself, and not of something between us and the model. */
function isModelResult(
  { status, headers }: Extract<CallOutcome, { kind: "answered" }>,
  body: Readonly<Record<string, unknown>> | undefined,
  { requestId }: FalRequest,
): boolean {
  if (body === undefined || NEVER_THE_MODELS.has(status)) return false;
  if (Array.isArray(body.detail) || typeof body.error_type === "string") return true;
  return (status >= 400 && status < 500) || headers["x-fal-request-id"] === requestId;
}

const NEVER_THE_MODELS = new Set([401, 402, 403, 404, 405, 408, 429]);

function readRefusedLook(call: CallOutcome): FalCheck {
  if (call.kind !== "answered") return noAnswer(`fal could not be reached (${call.reason})`);
  if (call.status === 404) return { kind: "not_found" };
  if (call.status === 429) {
    const message = "fal is rate limiting requests; the job will be checked again automatically.";
    return { kind: "no_answer", slowDown: true, error: { code: "fal_busy", message, retryable: true } };
  }
  const code = accountTrouble(call.status, call.body);
  if (code !== undefined) {
    const message = `${ACCOUNT_REMEDIES[code]} The job will then be checked again automatically.`;
    const error = { code, message, retryable: true, detail: clippedDetail(call.body) };
    return { kind: "no_answer", slowDown: false, error };
  }
  return noAnswer(`fal returned ${call.status}`);
}

function noAnswer(why: string) {
  const message = `Checking the request at fal failed: ${why}. The job will be checked again automatically.`;
  return {
    kind: "no_answer",
    slowDown: false,
    error: { code: "fal_unreachable", message, retryable: true },
  } as const satisfies FalCheck;
}

/** Adds the error type from the header: infrastructure errors have it there too. */
function withErrorType(
  body: Body | undefined,
  { headers }: Extract<CallOutcome, { kind: "answered" }>,
): Body | undefined {
  const type = headers["x-fal-error-type"];
  return body && body.error_type === undefined && typeof type === "string" ? { ...body, error_type: type } : body;
}

type Body = Readonly<Record<string, unknown>>;

function bodyOf(call: CallOutcome): Readonly<Record<string, unknown>> | undefined {
  return call.kind === "answered" ? jsonObject(call.body) : undefined;
}
