import { isWellFormed } from "./text.ts";

/** DynamoDB cannot store numbers closer to zero than this. Its client refuses numbers above the safe integers. */
const NUMBER_MIN = 1e-130;

/** DynamoDB allows 32 levels of nesting; the row itself uses a few of them. */
const LEVELS_MAX = 24;

/** Whether the table can store a number. */
export function isStorableNumber(value: number): boolean {
  return Math.abs(value) <= Number.MAX_SAFE_INTEGER && (value === 0 || Math.abs(value) >= NUMBER_MIN);
}

/**
 * Names that DynamoDB's client cannot store: it uses `__proto__` as a prototype, and does not treat an object with a
 * `constructor` as a plain object.
 */
export const UNSTORABLE_NAMES: readonly string[] = ["", "__proto__", "constructor"];

/** Whether a field of a stored object may have this name. */
export function isStorableName(name: string): boolean {
  return !UNSTORABLE_NAMES.includes(name);
}

/**
 * Whether the table can store a parsed JSON value unchanged: well-formed texts, allowed names and numbers, and not
 * nested too deeply.
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
