import type { Refusal } from "../contract/validation.ts";
import { Problem } from "./problem.ts";

/** What was parsed, or `invalid_request`, which names each field that is wrong. */
export function orInvalid<T extends object>(
  parsed: T | Refusal,
  detail = "The request has fields that are not valid; each is named in `errors`.",
): T {
  if ("errors" in parsed) throw new Problem("invalid_request", detail, { errors: parsed.errors });
  return parsed;
}
