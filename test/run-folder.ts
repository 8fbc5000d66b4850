import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestProject } from "vitest/node";
import { buildConsole } from "../console/build.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** A folder of this test run, in which test files share what is made once. */
    runFolder: string;
  }
}

/** Makes the folder that all test files of a run share, and removes it at the end. Builds the console, which a function serves. */
export default async function setUp({ provide }: TestProject): Promise<() => Promise<void>> {
  await buildConsole();
  const folder = await mkdtemp(join(tmpdir(), "fal-jobs-run-"));
  provide("runFolder", folder);
  return () => rm(folder, { recursive: true, force: true });
}
