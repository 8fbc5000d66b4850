import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { describeFaultErrors } from "../../local/fal/fault-errors.ts";
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

it.each([
  [{ webhok: { drop: true } }, "A fault has no field webhok. Did you mean webhook?"],
  [{ webhook: { delay: 5 }, x: 1 }, "A fault has no field webhook.delay. A fault has no field x."],
  [{ submit: { whem: "after" } }, "A fault has no field submit.whem. Did you mean when?"],
  [{ queue_ms: "5" }, "The field queue_ms of a fault is not valid: Invalid input: expected number, received string."],
])("the emulator refuses the fault %j in plain words", (fault, sentences) => {
  const { error } = faultSchema.safeParse(fault);
  expect(describeFaultErrors(error)).toBe(`${sentences} docs/guide/local.md lists the faults.`);
});
