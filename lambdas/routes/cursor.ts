import { createHmac, timingSafeEqual } from "node:crypto";
import type { ListQuery } from "../contract/list-query.ts";
import { digest } from "../job/identity.ts";

const PURPOSE = "cursor";
const SORT_KEY = /^\d{4}-\d\d-\d\dT[\d:.]+Z#[0-9a-f]{32}$/;

/**
 * The end of a page, signed for one owner and one set of filters (rule P24). Callers cannot forge a cursor or use it
 * for another list.
 */
export function makeCursor(master: string, owner: string, query: ListQuery, sortKey: string): string {
  return `${Buffer.from(sortKey).toString("base64url")}.${signatureOf(master, owner, query, sortKey).toString("base64url")}`;
}

/** The sort key in a cursor; undefined if the cursor does not belong to this list. */
export function readCursor(master: string, owner: string, query: ListQuery, cursor: string): string | undefined {
  const [encoded = "", signature = "", ...rest] = cursor.split(".");
  const sortKey = Buffer.from(encoded, "base64url").toString("utf8");
  const given = Buffer.from(signature, "base64url");
  if (rest.length > 0 || !SORT_KEY.test(sortKey)) return undefined;
  const expected = signatureOf(master, owner, query, sortKey);
  return given.length === expected.length && timingSafeEqual(given, expected) ? sortKey : undefined;
}

function signatureOf(master: string, owner: string, query: ListQuery, sortKey: string): Buffer {
  const { status = [], created_after = "", created_before = "", metadata = {} } = query;
  const entries = JSON.stringify(Object.entries(metadata).sort());
  const filters = digest(status.join(","), created_after, created_before, entries);
  return createHmac("sha256", master)
    .update(digest(PURPOSE, owner, filters, sortKey))
    .digest();
}
