import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { faultSchema } from "../../local/fal/fault-schema.ts";
import { root } from "./documents.ts";

const page = readFileSync(join(root, "docs/guide/local.md"), "utf8");
const faults = [...page.matchAll(/`(\{"[^`]+\})`|-d '(\{.+\})'/g)].map(([, inTable, sent]) => inTable ?? sent ?? "");

it("the page on the local stack shows at least twelve faults", () => {
  expect(faults.length).toBeGreaterThan(12);
});

it.each(faults)("the emulator accepts the fault %s", (text) => {
  faultSchema.parse(JSON.parse(text));
});
