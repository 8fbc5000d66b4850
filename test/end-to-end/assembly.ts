import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { TestProject } from "vitest/node";
import { prepareAssembly } from "../../local/stack/assembly.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** The folder of the synthesized stack, which every local stack of a test run starts from. */
    assembly: string;
  }
}

/** Synthesizes the stack once for all end-to-end tests. */
export default async function prepare({ provide }: TestProject): Promise<() => Promise<void>> {
  const folder = await mkdtemp(join(tmpdir(), "fal-jobs-assembly-"));
  const root = fileURLToPath(new URL("../..", import.meta.url));
  provide("assembly", await prepareAssembly(root, folder, () => {}));
  return () => rm(folder, { recursive: true, force: true });
}
