/** Writes the template under each of the settings in variants.ts, without bundles, into the folder that is named. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { Stack } from "aws-cdk-lib";
import { Template } from "aws-cdk-lib/assertions";
import { createUnbundledApp } from "./synthesis.ts";
import { variants } from "./variants.ts";

const [folder = ""] = process.argv.slice(2);

for (const [name, settings] of Object.entries(variants)) {
  const stack = createUnbundledApp({ context: settings }).node.findChild("FalJobs");
  if (!Stack.isStack(stack)) throw new Error("FalJobs is no stack");
  writeFileSync(join(folder, `${name}.json`), JSON.stringify(Template.fromStack(stack).toJSON()));
}
