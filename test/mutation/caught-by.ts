import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const path = join(import.meta.dirname, "caught-by.json");

/**
 * By the mutation's name: the test file that last caught it, or `seed N` of the simulation. Only a hint of what to run
 * first.
 */
export type CaughtBy = Readonly<Record<string, string>>;

export function readCaughtBy(): CaughtBy {
  return JSON.parse(readFileSync(path, "utf8"));
}

/** Records what caught a mutation, and removes mutations that are no longer on the list. */
export function keepCaughtBy(name: string, where: string, listed: ReadonlySet<string>): void {
  const all = Object.entries({ ...readCaughtBy(), [name]: where });
  const sorted = all.filter(([each]) => listed.has(each)).sort(([one], [other]) => (one < other ? -1 : 1));
  writeFileSync(path, `${JSON.stringify(Object.fromEntries(sorted), undefined, 2)}\n`);
}
