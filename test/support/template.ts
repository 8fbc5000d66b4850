import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import type { Variant } from "../infra/variants.ts";
import { madeOnce } from "./once.ts";

const run = promisify(execFile);
const writer = fileURLToPath(new URL("../infra/write-templates.ts", import.meta.url));

/**
 * The stack's template, without bundles, under settings of test/infra/variants.ts. All of them are made once in a test
 * run, by one process, because loading the CDK takes longer than most test files.
 */
export async function sharedTemplate(variant: Variant = "default"): Promise<Record<string, unknown>> {
  const folder = await madeOnce("templates", async (fresh) => {
    await run(process.execPath, ["--import", "tsx", writer, fresh]);
  });
  return JSON.parse(await readFile(join(folder, `${variant}.json`), "utf8"));
}
