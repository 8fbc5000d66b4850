import { existsSync, readdirSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { expect, it } from "vitest";
import { anchorsOf, documents, root, sources, type TextFile } from "./documents.ts";

const pages = documents();
const code = sources();
const rulesPage = "docs/internals/rules.md";
const anchors = new Map(pages.map(({ path, text }) => [path, anchorsOf(text)]));
const sections = (pages.find(({ path }) => path === rulesPage)?.text ?? "").split(/^### /m).slice(1);
const rules = sections.map((section) => section.split("\n")[0]);

it("the rules are P1 to P35 and A1 to A27, each exactly once", () => {
  const numbers = (letter: string, last: number) => Array.from({ length: last }, (_, place) => `${letter}${place + 1}`);
  expect(rules).toEqual([...numbers("P", 35), ...numbers("A", 27)]);
});

it("every rule states whether it is implemented, and what is missing if only partly", () => {
  const status = /^\*Status: (built|not built yet)\.\*|^\*Status: partly built\.\* \S/gm;
  const unclear = sections.filter((section) => [...section.matchAll(status)].length !== 1);
  expect(unclear).toEqual([]);
});

it("every rule cited in code, tests and docs exists", () => {
  const unknown = [...code, ...pages].flatMap(({ path, text }) =>
    [...text.matchAll(/\b[PA][1-9]\d?\b/g)]
      .filter(([rule]) => !rules.includes(rule))
      .map(([rule]) => `${path}: ${rule}`),
  );
  expect(unknown).toEqual([]);
});

it("every page cited in code exists, with the cited anchor", () => {
  const cited = code.flatMap(({ path, text }) =>
    [...text.matchAll(/\bdocs\/[\w./-]+\.(?:md|json|svg)(?:#[\w-]+)?/g)].map(([target]) => ({ path, target })),
  );
  expect(cited.length).toBeGreaterThan(20);
  expect(cited.filter(({ target }) => !exists(target)).map(({ path, target }) => `${path}: ${target}`)).toEqual([]);
});

it("code cites no section of a document outside the repository", () => {
  expect(code.filter(({ text }) => /(?:design|protocol) §\d/.test(text)).map(({ path }) => path)).toEqual([]);
});

it("every decision cited by number exists", () => {
  const made = readdirSync(join(root, "docs/internals/decisions")).map((name) => Number(name.slice(0, 4)));
  const unknown = [...code, ...pages].flatMap(({ path, text }) =>
    [...text.matchAll(/\bdecision (\d{1,4})\b/g)]
      .filter(([, number]) => !made.includes(Number(number)))
      .map(([words]) => `${path}: ${words}`),
  );
  expect(unknown).toEqual([]);
});

it("every link in the docs leads to an existing file and anchor", () => {
  expect(pages.flatMap(brokenLinks)).toEqual([]);
});

it("every source file named in the docs exists", () => {
  const named = pages.flatMap(({ path, text }) =>
    [...text.matchAll(/`((?:lambdas|infra|local|openapi|test|bench|client)\/[\w./-]+\.\w+)`/g)].map(
      ([, file = ""]) => ({
        path,
        file,
      }),
    ),
  );
  expect(named.filter(({ file }) => !existsSync(join(root, file)))).toEqual([]);
});

it("a page's anchors are derived from its headings as GitHub derives them", () => {
  const text = '# One: two\n\n```\n# no heading\n```\n\n### `input_refused`\n\n<a id="set-here"></a>\n';
  expect([...anchorsOf(text)]).toEqual(["one-two", "input_refused", "set-here"]);
});

/** A path from the root, with or without an anchor. */
function exists(target: string): boolean {
  const [path = "", anchor] = target.split("#");
  return existsSync(join(root, path)) && (anchor === undefined || anchors.get(path)?.has(anchor) === true);
}

function brokenLinks({ path, text }: TextFile): readonly string[] {
  const prose = text.replaceAll(/^```[\s\S]*?^```/gm, "");
  return [...prose.matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, target = ""]) => target)
    .filter((target) => !/^[a-z]+:/.test(target))
    .filter((target) => !exists(target.startsWith("#") ? `${path}${target}` : normalize(join(dirname(path), target))))
    .map((target) => `${path}: ${target}`);
}
