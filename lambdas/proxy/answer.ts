import type { FieldError } from "../contract/validation.ts";
import { echoOf, type FalAnswer } from "../fal/fal-form.ts";
import { appOf } from "../fal/url.ts";
import type { HttpAnswer } from "../http/api.ts";
import { Problem } from "../http/problem.ts";
import type { Job } from "../job/job.ts";

/** An answer in fal's form, as our HTTP layer sends it. */
export type FalHttpAnswer = HttpAnswer & FalAnswer;

/** An answer in fal's form. */
export function falAnswer(
  status: number,
  body: FalAnswer["body"],
  headers: Readonly<Record<string, string>> = {},
): FalHttpAnswer {
  return { status, headers, body };
}

/** An answer about a request. Its header names the request, as fal's does. */
export function aboutRequest(id: string, { status, body, headers = {} }: FalAnswer): FalHttpAnswer {
  return falAnswer(status, body, { ...headers, "x-fal-request-id": id });
}

/** fal's answer for a request that does not exist or belongs to another account. */
export const NOT_FOUND = falAnswer(404, { status: "NOT_FOUND" });

/** The URLs of a request in fal's own form. fal's client sends them back to us as targets. */
export function requestUrls({ id, endpoint }: Pick<Job, "id" | "endpoint">) {
  const response_url = `https://queue.fal.run/${appOf(endpoint)}/requests/${id}`;
  return { response_url, status_url: `${response_url}/status`, cancel_url: `${response_url}/cancel` };
}

/**
 * The answer of a route, with each `Problem` in fal's form. Once a row may exist, it never uses a status that makes
 * fal's client repeat a submission automatically (rule P16).
 * @see docs/internals/fal-protocol.md#4-repeated-posts
 */
export async function inFalsForm<T extends HttpAnswer>(
  answer: Promise<T>,
  input?: unknown,
): Promise<T | FalHttpAnswer> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof Problem) return toFalAnswer(error, input);
    throw error;
  }
}

function toFalAnswer({ code, status, message, extras }: Problem, input: unknown): FalHttpAnswer {
  const { errors, instance, headers } = extras;
  if (errors !== undefined) return falAnswer(status, { detail: errors.map((error) => toDetail(error, input)) });
  // fal's client reads this as an account without balance, and does not retry.
  if (code === "budget_exceeded") return falAnswer(403, { detail: message }, headers);
  const isRecordedPerhaps = status >= 500 && instance !== undefined;
  return falAnswer(isRecordedPerhaps ? 500 : status, { detail: message }, isRecordedPerhaps ? {} : headers);
}

/** An input error in the form of fal's models (docs/internals/fal-protocol.md#3-errors). */
function toDetail({ pointer, message, type = "value_error" }: FieldError, input: unknown) {
  const [top = "", ...rest] = pointer
    .split("/")
    .slice(1)
    .map((part) => part.replaceAll("~1", "/").replaceAll("~0", "~"));
  if (top === "callback_url") return { loc: ["query", "fal_webhook"], msg: message, type };
  if (top !== "input") return { loc: ["header", top], msg: message, type };
  return { loc: ["body", ...rest], msg: message, type, input: echoOf(input, rest) };
}
