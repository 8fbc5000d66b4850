import type { HttpRequest } from "./request.ts";

/** Version, trace id, parent id and flags; a later version may add fields. */
const TRACEPARENT = /^(?!ff)([0-9a-f]{2})-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}(-.*)?$/;
const LONGEST_CHARACTERS = 128;

/**
 * The caller's `traceparent` (W3C Trace Context, level 1). Undefined if it is absent or not valid: the standard has it
 * ignored then.
 */
export function traceparentOf({ headers }: Pick<HttpRequest, "headers">): string | undefined {
  const values = headers.get("traceparent") ?? [];
  const [value = ""] = values;
  const [, version, more] = TRACEPARENT.exec(value) ?? [];
  const isValid = version !== undefined && (version !== "00" || more === undefined);
  return values.length === 1 && isValid && value.length <= LONGEST_CHARACTERS ? value : undefined;
}
