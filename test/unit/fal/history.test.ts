import { describe, expect, it } from "vitest";
import { readHistory } from "../../../lambdas/fal/history.ts";
import { privacy, routing } from "../../support/jobs.ts";

const ENDPOINT = "decart/lucy-14b/image-to-video";
const [start, end] = [Date.parse("2026-11-22T11:00:00.000Z"), Date.parse("2026-11-22T12:00:00.000Z")];
const SENT_AT = "2026-11-22T11:30:00.000Z";

/** An item as fal lists it, with the test's changes. */
function item(request_id: unknown, change: object = {}) {
  return { request_id, endpoint_id: ENDPOINT, sent_at: SENT_AT, json_input: { prompt: "p" }, ...change };
}

/** The result of reading a history of these pages, and the requests made. The last page is repeated for ever. */
async function reading(...pages: readonly unknown[]) {
  const queries: Readonly<Record<string, string>>[] = [];
  const historyPageAtFal = async (_access: unknown, query: Readonly<Record<string, string>>) => {
    queries.push(query);
    return pages[Math.min(queries.length, pages.length) - 1];
  };
  const access = { key: "key", falEndpointUrl: undefined, privacy, routing };
  return { found: await readHistory({ historyPageAtFal }, access, ENDPOINT, start, end), queries };
}

const last = (...items: readonly unknown[]) => ({ items, has_more: false, next_cursor: null });
const more = (next_cursor: unknown, ...items: readonly unknown[]) => ({ items, has_more: true, next_cursor });

describe("fal's history", () => {
  it("fal's history is read to its last page, each page once, with the requested times and payloads", async () => {
    const { found, queries } = await reading(more("c1", item("a"), item("b")), more("c2"), last(item("c")));
    expect(found?.map((past) => past.requestId)).toEqual(["a", "b", "c"]);
    const asked = { endpoint_id: ENDPOINT, start: "2026-11-22T11:00:00.000Z", end: "2026-11-22T12:00:00.000Z" };
    const page = { ...asked, expand: "payloads", limit: "100" };
    expect(queries).toEqual([page, { ...page, cursor: "c1" }, { ...page, cursor: "c2" }]);
  });

  it("fal's history may be empty, and is then reported as empty", async () => {
    expect((await reading(last())).found).toEqual([]);
  });

  it("fal's history contains when a request was sent and its input; a payload that was not stored is undefined", async () => {
    const { found } = await reading(
      last(item("a"), item("b", { json_input: null }), item("c", { json_input: undefined })),
    );
    const sentAt = Date.parse(SENT_AT);
    expect(found).toEqual([
      { requestId: "a", sentAt, input: { prompt: "p" } },
      { requestId: "b", sentAt, input: undefined },
      { requestId: "c", sentAt, input: undefined },
    ]);
  });

  it("A23: a request that shifts to a later page while fal's history is read counts once, and the rest is read", async () => {
    const { found } = await reading(
      more("c1", item("a"), item("b")),
      more("c2", item("b"), item("c")),
      last(item("a", { ended_at: "2026-11-22T11:59:00.000Z" }), item("d")),
    );
    expect(found?.map((past) => past.requestId)).toEqual(["a", "b", "c", "d"]);
  });

  it("A23: an unavailable page after a shifted request counts as unknown", async () => {
    const { found } = await reading(more("c1", item("a")), more("c2", item("a")), undefined);
    expect(found).toBeUndefined();
  });

  const good = item("good");
  it.each<[string, readonly unknown[]]>([
    ["an unavailable page", [undefined]],
    ["a body that is not an object", ["[]"]],
    ["a list instead of an object", [[good]]],
    ["no items", [{ has_more: false }]],
    ["items that are not a list", [{ items: { 0: good }, has_more: false }]],
    ["no has_more", [{ items: [good] }]],
    ["a has_more that is not a boolean", [{ items: [good], has_more: "false" }]],
    ["a has_more of null", [{ items: [good], has_more: null }]],
    ["has_more without a cursor", [{ items: [good], has_more: true }]],
    ["has_more with an empty cursor", [more("", good)]],
    ["has_more with a null cursor", [more(null, good)]],
    ["has_more with a cursor that is not a string", [more(7, good), last()]],
    ["a cursor that repeats at once, though an end would follow", [more("c1", good), more("c1"), last()]],
    ["cursors in a circle, though an end would follow", [more("c1", good), more("c2"), more("c1"), last()]],
    ["an id on two pages with two inputs", [more("c1", good), last(item("good", { json_input: { prompt: "q" } }))]],
    ["an id on two pages with two times", [more("c1", good), last(item("good", { sent_at: "2026-11-22T11:31:00Z" }))]],
    ["an id twice on one page, though an end would follow", [more("c1", good, good), last()]],
    ["an unavailable second page", [more("c1", good), undefined]],
    ["an invalid third page", [more("c1", good), more("c2"), { items: [] }]],
    ["an item that is not an object", [last(good, "b")]],
    ["an item of null", [last(good, null)]],
    ["an item without an id", [last(good, item(undefined))]],
    ["an item with an empty id", [last(good, item(""))]],
    ["an item with an id that is not a string", [last(good, item(7))]],
    ["an item without sent_at", [last(good, item("b", { sent_at: undefined }))]],
    ["an item with a sent_at that is not a time", [last(good, item("b", { sent_at: "soon" }))]],
    ["an item with a sent_at that is a number", [last(good, item("b", { sent_at: 1_763_811_000 }))]],
    ["an item of another endpoint", [last(good, item("b", { endpoint_id: "decart/lucy-i2v" }))]],
    ["an item of no endpoint", [last(good, item("b", { endpoint_id: undefined }))]],
  ])("fal's history with %s counts as unknown (P13)", async (_, pages) => {
    expect((await reading(...pages)).found).toBeUndefined();
  });

  it("fal's history that never ends counts as unknown, after a bounded number of pages (P13)", async () => {
    const pages = Array.from({ length: 1000 }, (_, page) => more(`c${page}`, item(`r${page}`)));
    const { found, queries } = await reading(...pages);
    expect(found).toBeUndefined();
    expect(queries.length).toBeLessThanOrEqual(100);
  });

  it("fal's history with one id twice on a page counts as unknown (P13)", async () => {
    expect((await reading(last(good, item("good", { json_input: { prompt: "other" } })))).found).toBeUndefined();
  });
});
