import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { root } from "./documents.ts";

const maxLines = 130;

it(`the README has at most ${maxLines} lines, so that a newcomer reads it in two minutes`, () => {
  const lines = readFileSync(join(root, "README.md"), "utf8").trimEnd().split("\n");
  expect(lines.length).toBeLessThanOrEqual(maxLines);
});
