import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { routes } from "../../infra/routes.ts";
import { root } from "./documents.ts";

const page = readFileSync(join(root, "docs/reference/api.md"), "utf8");
const [, section = ""] = /^## Routes$(.*?)^## /ms.exec(page) ?? [];
/** The first column of the table, row by row. */
const rows = [...section.matchAll(/^\| (`.+?) \| .+ \|$/gm)].map(([, cell = ""]) => cell);

it("the route table on the API page lists each route once, and no others", () => {
  expect(rows.flatMap(routesOf).sort()).toEqual(routes.map(({ method, path }) => `${method} ${path}`).sort());
});

it("the route table on the API page marks each route that needs no key", () => {
  const keyless = routes.filter(({ needsKey }) => !needsKey).map(({ method, path }) => `${method} ${path}`);
  const said = section.split("\n").filter((line) => /no key \|$/.test(line));
  expect(said.flatMap(routesOf).sort()).toEqual(keyless.sort());
});

/** `GET POST /fal/proxy` is two routes. A query or a body after the path is not a part of them. */
function routesOf(text: string): string[] {
  return [...text.matchAll(/`((?:(?:GET|HEAD|POST|PUT|DELETE) )+)(\/[^\s`?]*)/g)].flatMap(
    ([, methods = "", path = ""]) =>
      methods
        .trim()
        .split(" ")
        .map((method) => `${method} ${path}`),
  );
}
