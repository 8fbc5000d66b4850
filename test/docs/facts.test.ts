import { expect, it } from "vitest";
import { routes } from "../../infra/routes.ts";
import { DEPLOY_SETTINGS } from "../../infra/settings.ts";
import { documents } from "./documents.ts";

/** fal's own routes are documented on another page. */
const pages = documents().filter(({ path }) => path !== "docs/internals/fal-protocol.md");
const served = routes.map(({ method, path }) => `${method} ${path}`);

it("the docs name every route, and only existing ones", () => {
  const named = pages.flatMap(({ path, text }) =>
    [...text.matchAll(/`((?:(?:GET|HEAD|POST|PUT|DELETE) )+)(\/[^\s`?]*)(?:\?[^`]*)?`/g)].flatMap(
      ([, methods = "", route = ""]) =>
        methods
          .trim()
          .split(" ")
          .map((method) => ({ path, route: `${method} ${route}` })),
    ),
  );
  expect(named.filter(({ route }) => !served.includes(route))).toEqual([]);
  expect(served.filter((route) => !named.some((each) => each.route === route))).toEqual([]);
});

it("every setting named in the docs exists", () => {
  const names = DEPLOY_SETTINGS.map(({ name }) => name);
  const named = pages.flatMap(({ path, text }) =>
    [...text.matchAll(/ -c '?([a-z]\w*)=|\bsettings? `([a-z]\w*)`/g)].map(([, given, written]) => ({
      path,
      setting: given ?? written ?? "",
    })),
  );
  expect(named.length).toBeGreaterThan(5);
  expect(named.filter(({ setting }) => !["name", "settings"].includes(setting) && !names.includes(setting))).toEqual(
    [],
  );
});

it("every setting has a description of at least one sentence", () => {
  expect(DEPLOY_SETTINGS.filter(({ description }) => !/^[A-Za-z`].*\.$/.test(description))).toEqual([]);
});
