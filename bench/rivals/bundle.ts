import { join } from "node:path";
import { build } from "esbuild";
import { bundling } from "../../infra/bundling.ts";
import type { Workplace } from "../workplace.ts";

/**
 * Bundles a rival as ours are, except that it keeps the SDK's whole chain of credential providers, as a bundle does that
 * nobody has tuned. Returns the file.
 */
export async function bundleRival({ root, folder }: Workplace, name: string): Promise<string> {
  const outfile = join(folder, "rivals", `${name}.mjs`);
  await build({
    entryPoints: [join(root, "bench", "rivals", `${name}.ts`)],
    outfile,
    bundle: true,
    platform: "node",
    format: "esm",
    target: bundling.target,
    mainFields: bundling.mainFields,
    minify: bundling.minify,
    banner: bundling.banner,
  });
  return outfile;
}
