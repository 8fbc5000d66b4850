import { IDEMPOTENCY_KEY_MAX_CHARACTERS } from "../limits.ts";
import { Problem } from "./problem.ts";
import type { HttpRequest } from "./request.ts";

const PRINTABLE_ASCII = /^[\x20-\x7e]+$/;

/** The `Idempotency-Key`, without quotes around it; undefined if there is none. Throws `malformed_idempotency_key`. */
export function idempotencyKey(request: HttpRequest): string | undefined {
  const values = request.headers.get("idempotency-key");
  if (values === undefined) return undefined;
  const [value = ""] = values;
  const key = /^".*"$/.test(value) ? value.slice(1, -1).replaceAll(/\\(["\\])/g, "$1") : value;
  if (values.length > 1 || !PRINTABLE_ASCII.test(key) || key.length > IDEMPOTENCY_KEY_MAX_CHARACTERS) {
    const expected = `a single value of 1 to ${IDEMPOTENCY_KEY_MAX_CHARACTERS} printable ASCII characters`;
    throw new Problem(
      "malformed_idempotency_key",
      `The Idempotency-Key header must be ${expected}. Quotes are optional.`,
    );
  }
  return key;
}
