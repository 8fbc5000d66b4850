import * as limits from "../../lambdas/limits.ts";

/** The name of a limit in `lambdas/limits.ts`. */
export type LimitName = keyof typeof limits;

/** Every limit by its name. */
export const LIMITS: Readonly<Record<LimitName, number | readonly number[]>> = { ...limits };

const KiB = 1024;
const MiB = 1024 * KiB;
const GiB = 1024 * MiB;
const secondMs = 1000;
const minuteMs = 60 * secondMs;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;

/** What a limit's name ends with, and how its value is written. */
const UNITS: readonly (readonly [ending: RegExp, write: (value: number) => string])[] = [
  [/_BYTES$/, writeBytes],
  [/_MS$/, writeDuration],
  [/_SECONDS$/, (value) => writeDuration(value * secondMs)],
  [/_DAYS$/, (value) => count(value, "day")],
  [/_CHARACTERS$/, (value) => `${writeNumber(value)} characters`],
  [/_PIXELS$/, (value) => `${writeNumber(value)} pixels`],
  [/_JOBS$/, (value) => `${writeNumber(value)} jobs`],
  [/_FIELDS$/, (value) => `${writeNumber(value)} fields`],
  [/_KEYS$/, (value) => `${writeNumber(value)} keys`],
  [/_ENTRIES$/, (value) => `${writeNumber(value)} entries`],
];

/** A limit's value with its unit, as the docs write it: `3 MB`, `25 seconds`, `2,000 characters`. */
export function limitValue(name: LimitName): string {
  const value = LIMITS[name];
  const [, write] = UNITS.find(([ending]) => ending.test(name)) ?? [undefined, writeNumber];
  return typeof value === "number" ? write(value) : value.map(write).join(", ");
}

/** A number of milliseconds in the largest unit that divides it; 24 hours stay hours. */
export function writeDuration(ms: number): string {
  if (ms % dayMs === 0 && ms > dayMs) return count(ms / dayMs, "day");
  if (ms % hourMs === 0) return count(ms / hourMs, "hour");
  if (ms % minuteMs === 0) return count(ms / minuteMs, "minute");
  return ms % secondMs === 0 ? count(ms / secondMs, "second") : `${writeNumber(ms)} ms`;
}

function writeBytes(bytes: number): string {
  if (bytes % GiB === 0) return `${writeNumber(bytes / GiB)} GB`;
  if (bytes % MiB === 0) return `${writeNumber(bytes / MiB)} MB`;
  return bytes % KiB === 0 ? `${writeNumber(bytes / KiB)} KB` : `${writeNumber(bytes)} bytes`;
}

function count(value: number, unit: string): string {
  return `${writeNumber(value)} ${unit}${value === 1 ? "" : "s"}`;
}

function writeNumber(value: number): string {
  return value.toLocaleString("en-US");
}
