import type { Parameters } from "fast-check";

/** The same cases on every run, unless `PROPERTY_SEED` names another seed; a failure prints its own, with the path to its case. */
export const seed = Number(process.env.PROPERTY_SEED ?? 20_261_122);

/** The options of a property: this many cases, times `PROPERTY_EFFORT` for a longer search. */
export function cases<T>(count: number): Parameters<T> {
  return { seed, numRuns: count * Number(process.env.PROPERTY_EFFORT ?? 1) };
}
