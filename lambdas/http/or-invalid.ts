import type { Refusal } from "../contract/validation.ts";
import { Problem } from "./problem.ts";

/** Returns the parsed value. Throws `invalid_request`, which names each invalid field. */
export function orInvalid<T extends object>(
  parsed: T | Refusal,
  detail = "Some fields are not valid. `errors` lists each of them.",
): T {
  if ("errors" in parsed) throw new Problem("invalid_request", detail, { errors: parsed.errors });
  return parsed;
}
