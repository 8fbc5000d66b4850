import { isRecord } from "./intrinsics.ts";

/** Whether a record of a stream matches. */
export type RecordFilter = (record: unknown) => boolean;

type Condition = (value: unknown) => boolean;

/**
 * Parses the pattern of one filter of an event source mapping. Supported are: nested keys, equality with strings,
 * numbers, booleans and null, and `exists`, `prefix` and `anything-but` with plain values. A key matches if one of its
 * conditions does; a pattern matches if all its keys do.
 * @throws Error that names anything else in the pattern.
 * @see https://docs.aws.amazon.com/lambda/latest/dg/invocation-eventfiltering.html
 */
export function readFilter(pattern: string): RecordFilter {
  return readKeys(JSON.parse(pattern));
}

function readKeys(pattern: unknown): RecordFilter {
  if (!isRecord(pattern)) throw unknownPattern(pattern);
  const keys = Object.entries(pattern).map(([key, value]): [string, Condition] => {
    if (key.startsWith("$")) throw unknownPattern({ [key]: value });
    return [key, Array.isArray(value) ? readAny(value) : readKeys(value)];
  });
  return (record) => keys.every(([key, passes]) => passes(isRecord(record) ? record[key] : undefined));
}

function readAny(conditions: readonly unknown[]): Condition {
  const all = conditions.map(readCondition);
  return (value) => all.some((passes) => passes(value));
}

function readCondition(condition: unknown): Condition {
  if (isPlain(condition)) return (value) => value === condition;
  const [[name, argument] = []] = isRecord(condition) ? [Object.entries(condition)[0]] : [];
  // `exists` is true only for leaves: a key that contains other keys does not exist.
  if (name === "exists" && typeof argument === "boolean") return (value) => isPlain(value) === argument;
  if (name === "prefix" && typeof argument === "string") {
    return (value) => typeof value === "string" && value.startsWith(argument);
  }
  const others = Array.isArray(argument) ? argument : [argument];
  if (name === "anything-but" && others.every(isPlain)) return (value) => isPlain(value) && !others.includes(value);
  throw unknownPattern(condition);
}

function isPlain(value: unknown): boolean {
  return value === null || ["string", "number", "boolean"].includes(typeof value);
}

function unknownPattern(pattern: unknown): Error {
  return new Error(`the local stack does not support the stream filter ${JSON.stringify(pattern)}`);
}
