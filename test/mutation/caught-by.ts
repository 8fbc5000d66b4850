import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";

const path = join(import.meta.dirname, "caught-by.json");

/** By the mutation's name: the test file that caught it last, or `seed N` of the simulation. Only a hint of what to run first. */
export type CaughtBy = Readonly<Record<string, string>>;

export async function readCaughtBy(): Promise<CaughtBy> {
  return JSON.parse(await readFile(path, "utf8"));
}

/** Adds what a run found; mutations that are no longer on the list go. */
export async function writeCaughtBy(found: ReadonlyMap<string, string>, names: ReadonlySet<string>): Promise<void> {
  const all = { ...(await readCaughtBy()), ...Object.fromEntries(found) };
  const kept = Object.entries(all).filter(([name]) => names.has(name));
  const sorted = Object.fromEntries(kept.sort(([one], [other]) => (one < other ? -1 : 1)));
  await writeFile(path, `${JSON.stringify(sorted, undefined, 2)}\n`);
}
