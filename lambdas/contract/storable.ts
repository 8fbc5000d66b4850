import { isWellFormed } from "./text.ts";

/** Numbers closer to zero have no place in DynamoDB; larger ones than JavaScript counts exactly its client does not take. */
const NUMBER_MIN = 1e-130;

/** DynamoDB takes 32 levels in all, of which the row itself has a few. */
const LEVELS_MAX = 24;

/** Whether the table can hold a number. */
export function isStorableNumber(value: number): boolean {
  return Math.abs(value) <= Number.MAX_SAFE_INTEGER && (value === 0 || Math.abs(value) >= NUMBER_MIN);
}

/** DynamoDB's client makes a prototype of the second, and takes what has the third for no plain object. */
const UNSTORABLE_NAMES = ["", "__proto__", "constructor"];

/** Whether a field of a stored object may have this name. */
export function isStorableName(name: string): boolean {
  return !UNSTORABLE_NAMES.includes(name);
}

/** Whether the table can hold a parsed JSON value as it is: well-formed texts, such names and numbers, and not too deep. */
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
