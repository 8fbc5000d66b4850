import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { faultSchema } from "../../local/fal/fault-schema.ts";
import { root } from "./documents.ts";

const page = readFileSync(join(root, "docs/guide/local.md"), "utf8");
const faults = [...page.matchAll(/`(\{"[^`]+\})`|-d '(\{.+\})'/g)].map(([, inTable, sent]) => inTable ?? sent ?? "");

it("the page of the local stack shows a dozen faults and more", () => {
  expect(faults.length).toBeGreaterThan(12);
});

it.each(faults)("the emulator knows the fault %s", (text) => {
  faultSchema.parse(JSON.parse(text));
});
