import { describe, expect, it } from "vitest";
import { boundsOf, type ListQuery, matchesQuery, parseListQuery } from "../../../lambdas/contract/list-query.ts";
import { birth } from "../../support/jobs.ts";

function parse(query: Readonly<Record<string, string | readonly string[]>>) {
  return parseListQuery(new Map(Object.entries(query).map(([name, value]) => [name, [value].flat()])));
}

function errorsOf(query: Parameters<typeof parse>[0]) {
  const parsed = parse(query);
  return "errors" in parsed ? parsed.errors.map(({ pointer, message }) => ({ pointer, message })) : [];
}

describe("a list query", () => {
  it.each<[Parameters<typeof parse>[0], ListQuery]>([
    [{}, { limit: 20 }],
    [{ limit: "1" }, { limit: 1 }],
    [
      { limit: "100", status: "expired" },
      { limit: 100, status: ["expired"] },
    ],
    [{ status: ["queued,failed", "expired", "failed"] }, { limit: 20, status: ["expired", "failed", "queued"] }],
    [
      { "metadata.order": "7", "metadata.a.b": "" },
      { limit: 20, metadata: { order: "7", "a.b": "" } },
    ],
    [
      { "metadata[order]": "7", "metadata[a[b]]": "", "metadata.c": "d" },
      { limit: 20, metadata: { order: "7", "a[b]": "", c: "d" } },
    ],
    [{ [`metadata[${"😀".repeat(64)}]`]: "x" }, { limit: 20, metadata: { ["😀".repeat(64)]: "x" } }],
    [{ created_after: "2026-11-22T12:00:00+01:00" }, { limit: 20, created_after: "2026-11-22T12:00:00+01:00" }],
    [{ cursor: "c" }, { limit: 20, cursor: "c" }],
  ])("%j is accepted", (query, expected) => {
    expect(parse(query)).toEqual(expected);
  });

  it.each<[Parameters<typeof parse>[0], string, RegExp]>([
    [{ limit: "0" }, "/limit", /1 to 100/],
    [{ limit: "101" }, "/limit", /1 to 100/],
    [{ limit: "-1" }, "/limit", /must be a/],
    [{ limit: "1.5" }, "/limit", /must be a/],
    [{ limit: "" }, "/limit", /must be a/],
    [{ limit: "ten" }, "/limit", /must be a/],
    [{ limit: "1e2" }, "/limit", /must be a/],
    [{ limit: "99999999999999999999" }, "/limit", /must be a/],
    [{ status: "done" }, "/status", /"submitting" or "queued"/],
    [{ status: "" }, "/status", /must be/],
    [{ status: "failed," }, "/status", /must be/],
    [{ status: ["failed", "done,gone"] }, "/status", /must be/],
    [{ created_after: "yesterday" }, "/created_after", /must be a time such as/],
    [{ created_after: "2026-11-22" }, "/created_after", /must be a time such as/],
    [{ created_before: "2026-02-30T00:00:00Z" }, "/created_before", /must be a time such as/],
    [{ created_before: "1795348800" }, "/created_before", /must be a time such as/],
    [{ limit: ["1", "2"] }, "/limit", /once/],
    [{ "metadata.a": ["x", "y"] }, "/metadata.a", /once/],
    [{ page: "2" }, "/page", /not a known field/],
    [{ "metadata[a]": ["x", "y"] }, "/metadata[a]", /once/],
    [{ "metadata.a": "x", "metadata[a]": "x" }, "/metadata[a]", /once/],
    [{ metadata: "x" }, "/metadata", /metadata\[KEY\]/],
    [{ "metadata[]": "x" }, "/metadata[]", /not a known field/],
    [{ "metadata[a": "x" }, "/metadata[a", /not a known field/],
    [{ "metadata[a]b": "x" }, "/metadata[a]b", /not a known field/],
    [{ [`metadata[${"k".repeat(65)}]`]: "x" }, `/metadata[${"k".repeat(65)}]`, /not a known field/],
    [{ "metadata.": "x" }, "/metadata.", /not a known field/],
    [{ [`metadata.${"k".repeat(65)}`]: "x" }, `/metadata.${"k".repeat(65)}`, /not a known field/],
  ])("%j is rejected with the parameter's name", (query, pointer, message) => {
    expect(errorsOf(query)).toContainEqual({ pointer, message: expect.stringMatching(message) });
  });

  it("a list query that gives metadata both whole and by key is rejected", () => {
    expect(errorsOf({ metadata: "x", "metadata.a": "b" })).not.toEqual([]);
  });

  it.each(["a/b", "a~b"])(
    "a list query escapes the name of a repeated parameter, %s, as a JSON pointer (RFC 6901)",
    (name) => {
      const pointer = `/${name.replace("~", "~0").replace("/", "~1")}`;
      expect(errorsOf({ [name]: ["1", "2"] })).toEqual([{ pointer, message: "must be given only once" }]);
    },
  );
});

describe("the time range of a list", () => {
  const key = "2026-11-22T12:00:00.000Z#0193500000007000800000000000abcd";
  const isWithin = (query: Partial<ListQuery>) => {
    const { from, to } = boundsOf({ limit: 20, ...query });
    return from <= key && key <= to;
  };

  it.each<[Partial<ListQuery>, boolean]>([
    [{}, true],
    [{ created_after: "2026-11-22T11:59:59.999Z" }, true],
    [{ created_after: "2026-11-22T12:00:00Z" }, false],
    [{ created_after: "2026-11-22T12:59:59.999+01:00" }, true],
    [{ created_before: "2026-11-22T12:00:00.001Z" }, true],
    [{ created_before: "2026-11-22T12:00:00Z" }, false],
    [{ created_after: "2026-11-22T11:00:00Z", created_before: "2026-11-22T13:00:00Z" }, true],
    [{ created_after: "9999-12-31T23:59:59.999Z" }, false],
    [{ created_before: "0000-01-01T00:00:00+01:00" }, false],
  ])("%j: a job created at noon is inside: %s", (query, expected) => {
    expect(isWithin(query)).toBe(expected);
  });
});

it.each<[Partial<ListQuery>, boolean]>([
  [{}, true],
  [{ status: ["submitting"] }, true],
  [{ status: ["failed", "submitting"] }, true],
  [{ status: ["queued"] }, false],
  [{ metadata: { order: "7" } }, true],
  [{ metadata: { order: "7", shop: "x" } }, false],
  [{ metadata: { order: "8" } }, false],
  [{ status: ["submitting"], metadata: { order: "7" } }, true],
  [{ metadata: { constructor: "7" } }, false],
])("a job with metadata matches %j: %s", (query, expected) => {
  expect(matchesQuery({ ...birth(), metadata: { order: "7" } }, { limit: 20, ...query })).toBe(expected);
});

it("a job without metadata matches no metadata filter", () => {
  expect(matchesQuery(birth(), { limit: 20, metadata: { order: "7" } })).toBe(false);
});
