import type { PlatformFault } from "./fault-schema.ts";

/** One page of a list: `next_cursor` is null after the last one. */
export interface Page<T> {
  readonly items: readonly T[];
  readonly next_cursor: string | null;
  readonly has_more: boolean;
}

/** Cuts out a page, counted from 1, with its cursor to the next; `paging` breaks the cursor as a fault says. */
export function cutPage<T>(all: readonly T[], page: number, limit: number, paging?: PlatformFault["paging"]): Page<T> {
  const more = all.length > page * limit;
  const next = { repeat: page, skip: more ? page + 2 : undefined, endless: page + 1, no_cursor: undefined };
  const following = paging ? next[paging] : more ? page + 1 : undefined;
  return {
    items: all.slice((page - 1) * limit, page * limit),
    next_cursor: following === undefined ? null : Buffer.from(String(following)).toString("base64"),
    has_more: following !== undefined || paging === "no_cursor",
  };
}

/** The page number of a cursor, from 1; NaN if the cursor is invalid. */
export function readCursor(cursor: string): number {
  const page = Buffer.from(cursor, "base64").toString("latin1");
  return /^[1-9]\d{0,8}$/.test(page) ? Number(page) : Number.NaN;
}
