import { rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { prepareAssembly } from "../../local/stack/assembly.ts";
import { madeOnce } from "./once.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** The folder of the synthesized stack with its bundles, as `npm start` makes it; synthesized once in a test run. */
export function sharedAssembly(): Promise<string> {
  return madeOnce("assembly", async (folder) => {
    const assembly = await prepareAssembly(root, join(folder, "data"), () => {});
    await rename(assembly, join(folder, "cdk.out"));
    await rm(join(folder, "data"), { recursive: true, force: true });
  }).then((folder) => join(folder, "cdk.out"));
}
