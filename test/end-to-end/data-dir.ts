import { cp, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sharedAssembly } from "../support/assembly.ts";
import { copyFilms } from "../support/films.ts";

/** Makes a data folder in which the stack is already synthesized, and films of the usual pictures are rendered. */
export async function makeDataDir(): Promise<string> {
  const [dataDir, assembly] = await Promise.all([mkdtemp(join(tmpdir(), "fal-jobs-e2e-")), sharedAssembly()]);
  await Promise.all([cp(assembly, join(dataDir, "cdk.out"), { recursive: true }), copyFilms(join(dataDir, "fal"))]);
  return dataDir;
}

/** Removes it. */
export function removeDataDir(dataDir: string): Promise<void> {
  return rm(dataDir, { recursive: true, force: true });
}
