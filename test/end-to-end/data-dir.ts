import { cp, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sharedAssembly } from "../support/assembly.ts";
import { copyFilms } from "../support/films.ts";

/** Creates a data folder with a synthesized stack and rendered films of the usual images. */
export async function makeDataDir(): Promise<string> {
  const [dataDir, assembly] = await Promise.all([mkdtemp(join(tmpdir(), "fal-jobs-e2e-")), sharedAssembly()]);
  await Promise.all([cp(assembly, join(dataDir, "cdk.out"), { recursive: true }), copyFilms(join(dataDir, "fal"))]);
  return dataDir;
}

/** Removes it. */
export function removeDataDir(dataDir: string): Promise<void> {
  return rm(dataDir, { recursive: true, force: true });
}
