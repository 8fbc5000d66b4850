import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { documents, root } from "./documents.ts";

const links = [...readFileSync(join(root, "llms.txt"), "utf8").matchAll(/\]\(([^)\s]+)\)/g)].map(
  ([, target = ""]) => target,
);

it("llms.txt lists every page once", () => {
  const pages = documents().map(({ path }) => path);
  expect(links.filter((target) => target.endsWith(".md")).sort()).toEqual([...pages].sort());
});

it("every link in llms.txt leads to an existing file", () => {
  expect(links.filter((target) => !existsSync(join(root, target)))).toEqual([]);
});
