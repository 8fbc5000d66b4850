import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { madeOnce } from "./once.ts";

const file = "template.json";

/** The stack's template under the default settings, without bundles; made once in a test run. */
export async function sharedTemplate(): Promise<Record<string, unknown>> {
  const folder = await madeOnce("template", async (fresh) => {
    // Loading the CDK takes longer than the rest of most test files.
    const { synthesizeTemplate } = await import("../infra/synthesis.ts");
    await writeFile(join(fresh, file), JSON.stringify(synthesizeTemplate().toJSON()));
  });
  return JSON.parse(await readFile(join(folder, file), "utf8"));
}
