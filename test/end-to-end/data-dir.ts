import { cp, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inject } from "vitest";

/** Makes a data folder in which the stack is already synthesized. */
export async function makeDataDir(): Promise<string> {
  const dataDir = await mkdtemp(join(tmpdir(), "fal-jobs-e2e-"));
  await cp(inject("assembly"), join(dataDir, "cdk.out"), { recursive: true });
  return dataDir;
}

/** Removes it. */
export function removeDataDir(dataDir: string): Promise<void> {
  return rm(dataDir, { recursive: true, force: true });
}
