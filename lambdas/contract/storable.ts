import { isWellFormed } from "./text.ts";

/**
 * DynamoDB cannot store numbers closer to zero. Its client rejects numbers that are larger than JavaScript can
 * represent exactly.
 */
const NUMBER_MIN = 1e-130;

/** DynamoDB accepts 32 levels in total, and the row itself uses a few of them. */
const LEVELS_MAX = 24;

/** Whether the table can store a number. */
export function isStorableNumber(value: number): boolean {
  return Math.abs(value) <= Number.MAX_SAFE_INTEGER && (value === 0 || Math.abs(value) >= NUMBER_MIN);
}

/**
 * DynamoDB rejects the first. Its client sets an object's prototype for the second, and does not accept an object with
 * the third as a plain object.
 */
const UNSTORABLE_NAMES = ["", "__proto__", "constructor"];

/** Whether a field of a stored object may have this name. */
export function isStorableName(name: string): boolean {
  return !UNSTORABLE_NAMES.includes(name);
}

/**
 * Whether the table can store a parsed JSON value unchanged: its texts are well-formed, its names and numbers are
 * storable, and its nesting is not too deep.
 */
export function isStorable(value: unknown, levels = LEVELS_MAX): boolean {
  if (typeof value === "string") return isWellFormed(value);
  if (typeof value === "number") return isStorableNumber(value);
  if (typeof value !== "object" || value === null) return true;
  if (levels === 0) return false;
  if (Array.isArray(value)) return value.every((each) => isStorable(each, levels - 1));
  return Object.entries(value).every(
    ([name, each]) => isStorableName(name) && isWellFormed(name) && isStorable(each, levels - 1),
  );
}
