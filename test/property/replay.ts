import type { Parameters } from "fast-check";
import { effort } from "../effort.ts";

/**
 * The same cases on every run, unless `PROPERTY_SEED` names another seed; a failure prints its own, with the path to
 * its case.
 */
export const seed = Number(process.env.PROPERTY_SEED ?? 20_261_122);

/** How a property is run: with this many cases, or the part of them that this run does. */
export function cases<T>(count: number): Parameters<T> {
  return { seed, numRuns: Math.ceil(count * effort.propertyCases) };
}
