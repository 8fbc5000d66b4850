import { isStorableName, isStorableNumber } from "../contract/storable.ts";
import { clipped } from "../contract/text.ts";
import { ERROR_DETAIL_MAX_BYTES, ERROR_DETAIL_MAX_DEPTH, ERROR_MESSAGE_MAX_CHARACTERS } from "../limits.ts";

const SAFE_FIELDS = ["loc", "msg", "type", "url", "ctx"];

/**
 * fal's detail of a failure in a form that the table can store: fal's `detail` without the echo of the caller's input,
 * at most 4 KB (rule P4). Accepts a parsed body or its text; undefined if the body contains nothing usable.
 */
export function clippedDetail(body: unknown): unknown {
  const parsed = typeof body === "string" ? parseOrKeep(body) : body;
  const detail = isObject(parsed) && "detail" in parsed ? parsed.detail : parsed;
  if (typeof detail === "string") return clipped(detail, ERROR_MESSAGE_MAX_CHARACTERS) || undefined;
  if (!Array.isArray(detail)) return undefined;
  const kept = fitting(detail.filter(isObject).map(withoutEcho), ERROR_DETAIL_MAX_BYTES);
  return kept.length > 0 ? kept : undefined;
}

/** The first items that fit into `maxBytes` bytes of JSON. */
function fitting<T>(items: readonly T[], maxBytes: number): readonly T[] {
  let bytes = "[]".length;
  const end = items.findIndex((item) => {
    bytes += Buffer.byteLength(JSON.stringify(item)) + ",".length;
    return bytes > maxBytes;
  });
  return end === -1 ? items : items.slice(0, end);
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The JSON object in a text; undefined if there is none. */
export function jsonObject(text: string): Readonly<Record<string, unknown>> | undefined {
  const parsed = parseOrKeep(text);
  return isObject(parsed) ? parsed : undefined;
}

function withoutEcho(item: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    SAFE_FIELDS.filter((field) => item[field] !== undefined).map((field) => [field, storable(item[field])]),
  );
}

/**
 * The value without anything that would make the whole write fail: numbers that the table cannot store, empty names,
 * lone surrogates, too deep nesting.
 */
export function storable(value: unknown, depth = 0): unknown {
  if (typeof value === "string") return clipped(value, ERROR_DETAIL_MAX_BYTES);
  if (typeof value === "number") return isStorableNumber(value) ? value : undefined;
  if (typeof value !== "object" || value === null) return value;
  if (depth >= ERROR_DETAIL_MAX_DEPTH) return undefined;
  if (Array.isArray(value))
    return value.map((item: unknown) => storable(item, depth + 1)).filter((item) => item !== undefined);
  const named = Object.entries(value).map(
    ([key, item]: [string, unknown]) => [clipped(key, ERROR_DETAIL_MAX_BYTES), storable(item, depth + 1)] as const,
  );
  return Object.fromEntries(named.filter(([key, item]) => isStorableName(key) && item !== undefined));
}

function parseOrKeep(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
