import { isDeepStrictEqual } from "node:util";
import { HISTORY_MAX_PAGES, HISTORY_PAGE_SIZE } from "../limits.ts";
import type { FalAccess } from "./client.ts";
import { isObject } from "./detail.ts";
import type { FalCalls } from "./prepare.ts";

/** A request in fal's history. */
export interface PastRequest {
  readonly requestId: string;
  /** Epoch milliseconds. */
  readonly sentAt: number;
  /** Undefined if the history has no payload. This proves nothing. */
  readonly input: unknown;
}

/**
 * All requests of an endpoint in fal's history between two times (epoch milliseconds). Undefined if anything in the
 * response is unexpected, or there is no time for another page: then nothing is known, and nothing may depend on it
 * (rule P13). Never throws.
 *
 * The list starts with the newest end and its pages are numbered, so a request that ends meanwhile moves others to the
 * next page, where they appear again (rule A23). Even a list that was read completely does not prove an absence.
 */
export async function readHistory(
  fal: Pick<FalCalls, "historyPageAtFal">,
  access: FalAccess,
  endpoint: string,
  start: number,
  end: number,
  hasTime: () => boolean = () => true,
): Promise<readonly PastRequest[] | undefined> {
  const found = new Map<string, PastRequest>();
  const cursors = new Set<string>();
  for (let page = 0; page < HISTORY_MAX_PAGES; page++) {
    if (!hasTime()) return undefined;
    const cursor = [...cursors].at(-1);
    const query = pageQuery(endpoint, start, end, cursor);
    const read = readPage(await fal.historyPageAtFal(access, query), endpoint);
    if (!read) return undefined;
    if (!read.items.every((item) => isNewOrSame(item, found.get(item.requestId)))) return undefined;
    for (const item of read.items) found.set(item.requestId, item);
    if (read.nextCursor === undefined) return [...found.values()];
    if (cursors.has(read.nextCursor)) return undefined;
    cursors.add(read.nextCursor);
  }
  return undefined;
}

function isNewOrSame(item: PastRequest, known: PastRequest | undefined): boolean {
  return known === undefined || isDeepStrictEqual(item, known);
}

function pageQuery(endpoint: string, start: number, end: number, cursor: string | undefined): Record<string, string> {
  return {
    endpoint_id: endpoint,
    start: new Date(start).toISOString(),
    end: new Date(end).toISOString(),
    expand: "payloads",
    limit: String(HISTORY_PAGE_SIZE),
    ...(cursor !== undefined && { cursor }),
  };
}

function readPage(body: unknown, endpoint: string) {
  if (!isObject(body) || !Array.isArray(body.items) || typeof body.has_more !== "boolean") return undefined;
  const items = body.items.map((item) => readItem(item, endpoint));
  if (!items.every((item) => item !== undefined)) return undefined;
  if (new Set(items.map((item) => item.requestId)).size < items.length) return undefined;
  const { next_cursor: nextCursor } = body;
  if (!body.has_more) return { items, nextCursor: undefined };
  return typeof nextCursor === "string" && nextCursor !== "" ? { items, nextCursor } : undefined;
}

function readItem(item: unknown, endpoint: string): PastRequest | undefined {
  if (!isObject(item) || typeof item.request_id !== "string" || item.request_id === "") return undefined;
  const sentAt = typeof item.sent_at === "string" ? Date.parse(item.sent_at) : Number.NaN;
  if (Number.isNaN(sentAt) || item.endpoint_id !== endpoint) return undefined;
  return { requestId: item.request_id, sentAt, input: item.json_input ?? undefined };
}
