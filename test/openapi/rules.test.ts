import { describe, expect, it } from "vitest";
import { published } from "./published.ts";

/** Rules that keep the document usable for generators, those that no test here can run too. */

type Schema = Readonly<Record<string, unknown>>;

interface Found {
  readonly path: string;
  readonly part: Schema;
}

/** Every object of the document, with its path. Examples are values, not parts of the document. */
function* partsIn(part: unknown, path = ""): Generator<Found> {
  if (typeof part !== "object" || part === null) return;
  if (!Array.isArray(part)) yield { path, part: { ...part } };
  for (const [name, each] of Object.entries(part))
    if (name !== "example" && name !== "examples") yield* partsIn(each, `${path}/${name}`);
}

const parts = [...partsIn(JSON.parse(JSON.stringify(published)))];
const operations = parts.filter(({ part }) => typeof part.operationId === "string");
const pathsWhere = (isWrong: (found: Found) => boolean) => parts.filter(isWrong).map(({ path }) => path);

describe("the document, as generators need it,", () => {
  it("has an id for each operation, and each id once", () => {
    const ids = operations.map(({ part }) => part.operationId);
    expect(ids.length).toBeGreaterThan(20);
    expect([...new Set(ids)]).toEqual(ids);
    for (const id of ids) expect(id).toMatch(/^[a-z][A-Za-z]+$/);
  });

  it("names the statuses of responses one by one, without ranges", () => {
    const statuses = operations.flatMap(({ part }) => Object.keys(Object(part.responses)));
    expect(statuses.filter((status) => !/^(\d{3}|default)$/.test(status))).toEqual([]);
  });

  it("refers to Problem, and only to Problem, for every problem", () => {
    const bodies = parts.filter(({ path }) => path.endsWith("/application/problem+json"));
    expect(bodies.length).toBeGreaterThan(20);
    for (const { part } of bodies) expect(part.schema).toEqual({ $ref: "#/components/schemas/Problem" });
  });

  it("gives a request body one type", () => {
    const bodies = operations.flatMap(({ part }) => (part.requestBody === undefined ? [] : [Object(part.requestBody)]));
    expect(bodies.length).toBeGreaterThan(4);
    expect(bodies.map(({ content }) => Object.keys(content).length).filter((types) => types !== 1)).toEqual([]);
  });

  it("has unions only as named schemas, of named schemas", () => {
    const isNamed = ({ path }: Found) => /^\/components\/schemas\/\w+$/.test(path);
    const unions = parts.filter(({ part }) => "anyOf" in part || "oneOf" in part);
    expect(unions.map(({ path }) => path)).toContain("/components/schemas/NewJob");
    expect(unions.filter((union) => !isNamed(union))).toEqual([]);
    for (const { part } of unions)
      for (const member of [part.anyOf ?? part.oneOf].flat()) expect(Object.keys(Object(member))).toEqual(["$ref"]);
    expect(pathsWhere(({ part }) => "allOf" in part)).toEqual([]);
  });

  it("says the type of every constant and every list of values", () => {
    const untyped = ({ path, part }: Found) =>
      ("const" in part || "enum" in part) && part.type === undefined && !path.endsWith("/not");
    expect(pathsWhere(untyped)).toEqual([]);
  });

  it("has no keywords of objects that generators do not read where fields are meant", () => {
    expect(pathsWhere(({ part }) => "patternProperties" in part)).toEqual([]);
  });

  it("has filters on metadata as one parameter, an object", () => {
    const [metadata] = parts.filter(({ part }) => part.name === "metadata" && part.in === "query");
    expect(metadata?.part).toMatchObject({
      style: "deepObject",
      explode: true,
      schema: { type: "object", additionalProperties: { type: "string" } },
    });
  });
});
