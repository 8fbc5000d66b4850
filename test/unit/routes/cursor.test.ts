import { describe, expect, it } from "vitest";
import type { ListQuery } from "../../../lambdas/contract/list-query.ts";
import { makeCursor, readCursor } from "../../../lambdas/routes/cursor.ts";

const sortKey = "2026-11-22T12:00:00.000Z#0193500000007000800000000000abcd";
const query: ListQuery = {
  limit: 20,
  status: ["succeeded"],
  created_after: "2026-11-01T00:00:00Z",
  created_before: "2026-12-01T00:00:00Z",
  metadata: { order: "7" },
};
const cursor = makeCursor("master", "owner", query, sortKey);

describe("P24: a cursor", () => {
  it("a cursor is read with the filters it was made for, and with any limit", () => {
    expect(readCursor("master", "owner", { ...query, limit: 100 }, cursor)).toBe(sortKey);
  });

  it.each<[string, Partial<ListQuery>]>([
    ["status", { status: ["failed"] }],
    ["one status more", { status: ["failed", "succeeded"] }],
    ["no status", { status: undefined }],
    ["created_after", { created_after: "2026-11-02T00:00:00Z" }],
    ["created_before", { created_before: "2026-12-02T00:00:00Z" }],
    ["no created_before", { created_before: undefined }],
    ["metadata", { metadata: { order: "8" } }],
    ["no metadata", { metadata: undefined }],
  ])("a cursor is refused for a list with another filter: %s", (_what, other) => {
    expect(readCursor("master", "owner", { ...query, ...other }, cursor)).toBeUndefined();
  });

  it("a cursor is refused for another owner and under another secret", () => {
    expect(readCursor("master", "another owner", query, cursor)).toBeUndefined();
    expect(readCursor("another master", "owner", query, cursor)).toBeUndefined();
  });
});
