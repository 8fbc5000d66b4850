import { z } from "zod";
import type { ListingQuery } from "./listing.ts";
import { readCursor } from "./paging.ts";

const dayMs = 24 * 3_600_000;
const maxIds = 50;
const maxPageItems = 100;
const defaultPageItems = 50;
const time = z.union([z.iso.datetime({ offset: true }), z.iso.date()]).transform((text) => Date.parse(text));
const ids = z.array(z.string()).max(maxIds);

const windowSchema = z.object({ start: time.optional(), end: time.optional(), request_id: ids });
const endpointsSchema = ids.min(1, "endpoint_id is required");
const historySchema = windowSchema.extend({
  endpoint_id: endpointsSchema,
  expand: z.array(z.string()),
  limit: z.coerce.number().int().min(1).max(maxPageItems).default(defaultPageItems),
  cursor: z.string().transform(readCursor).pipe(z.int()).default(1),
});

/** Reads the history's query, with the page (from 1) and its size; throws a ZodError that names the errors. */
export function readHistoryQuery(
  query: URLSearchParams,
): Omit<ListingQuery, "window"> & { readonly page: number; readonly limit: number } {
  const { endpoint_id, expand, limit, cursor, ...window } = historySchema.parse({
    ...readWindow(query),
    endpoint_id: readList(query, "endpoint_id"),
    expand: readList(query, "expand"),
    limit: query.get("limit") ?? undefined,
    cursor: query.get("cursor") ?? undefined,
  });
  return { endpoints: endpoint_id, payloads: expand.includes("payloads"), limit, page: cursor, ...span(window) };
}

/** Reads the query for bills; throws a ZodError. */
export function readBillingQuery(query: URLSearchParams) {
  return span(windowSchema.parse(readWindow(query)));
}

/** The requested endpoints; throws a ZodError when there are none or more than 50. */
export function readEndpoints(query: URLSearchParams): string[] {
  return endpointsSchema.parse(readList(query, "endpoint_id"));
}

function readWindow(query: URLSearchParams) {
  const [start, end] = [query.get("start") ?? undefined, query.get("end") ?? undefined];
  return { start, end, request_id: readList(query, "request_id") };
}

/** `start` is 24 hours ago by default; without `end` there is no end. */
function span({ start, end, request_id }: z.output<typeof windowSchema>) {
  return { requestIds: request_id, startMs: start ?? Date.now() - dayMs, endMs: end ?? Number.POSITIVE_INFINITY };
}

/** A parameter that may be repeated, or hold several values with commas. */
function readList(query: URLSearchParams, name: string): string[] {
  return query.getAll(name).flatMap((value) => value.split(",").filter(Boolean));
}
