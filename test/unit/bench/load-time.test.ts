import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { filesThatLoadEarly } from "../../../bench/figures/load-time.ts";

it("a bundle's static imports load early, also those of its imports; what import() loads is late", async () => {
  const folder = await mkdtemp(join(tmpdir(), "fal-jobs-bundle-"));
  const files = {
    "index.mjs":
      'import{a as b}from"./one.mjs";import"./two.mjs";import{c}from"node:fs";const d=()=>import("./late.mjs");',
    "one.mjs": 'export{e}from"./two.mjs";export const a=1;',
    "two.mjs": 'import{a}from"./one.mjs";export const e=2;',
    "late.mjs": "export const f=3;",
  };
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
  const early = await filesThatLoadEarly(join(folder, "index.mjs"));
  expect([...early]).toEqual(["index.mjs", "one.mjs", "two.mjs"].map((name) => join(folder, name)));
  await rm(folder, { recursive: true });
});
