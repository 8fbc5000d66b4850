import { v5 as uuidOf } from "uuid";
import type { Listing, PlatformFault } from "./fault-schema.ts";
import type { FalRequest } from "./records.ts";

/**
 * Selects requests of these endpoints and (unless empty) ids, in the window of epoch milliseconds, `endMs` excluded.
 */
export interface ListingQuery {
  readonly endpoints: readonly string[];
  readonly requestIds: readonly string[];
  readonly startMs: number;
  readonly endMs: number;
  /** What the window applies to; a request that has no such time yet counts by `sent_at`. */
  readonly window: NonNullable<PlatformFault["window"]>;
  readonly payloads: boolean;
}

/** One entry of the history, as it goes over the wire. */
export type Item = Readonly<Record<string, unknown>>;

const modelDefaults = { resolution: "720p", aspect_ratio: "16:9", sync_mode: true };

const oddities = {
  no_request_id: ({ request_id: _, ...item }) => item,
  no_sent_at: ({ sent_at: _, ...item }) => item,
  input_text: (item) => changeInput(item, (input) => JSON.stringify(input)),
  input_wrapped: (item) => changeInput(item, (input) => ({ input })),
  input_defaults: (item) => changeInput(item, (input) => Object.assign({}, modelDefaults, input)),
  unknown_fields: (item) => ({ ...item, source: "api", runner: { id: null }, tags: [] }),
} satisfies Record<NonNullable<Listing["odd"]>[number], (item: Item) => Item>;

/**
 * fal's request history (docs/internals/fal-protocol.md#9-the-platform-api). Where fal's behaviour is undocumented, the
 * emulator uses the harder case: a request is listed only after its end, the window applies to its end, and the newest
 * end comes first, so that pages shift while they are read.
 */
export function listRequests(requests: readonly FalRequest[], query: ListingQuery): Item[] {
  return requests
    .filter((request) => isListed(request) && isAskedFor(request, query))
    .sort((a, b) => (endOf(a) < endOf(b) ? 1 : -1))
    .flatMap((request) => showRequest(request, query.payloads));
}

function isListed({ script, sent_at, ended_at }: FalRequest): boolean {
  const { lag_ms = 0, unended = false } = script.listing ?? {};
  const since = unended ? sent_at : ended_at;
  return since !== undefined && Date.parse(since) + lag_ms <= Date.now();
}

function isAskedFor(request: FalRequest, { endpoints, requestIds, startMs, endMs, window }: ListingQuery): boolean {
  const timeMs = Date.parse(request[window] ?? request.sent_at);
  const named = requestIds.length === 0 || requestIds.includes(request.request_id);
  return named && endpoints.includes(request.endpoint) && startMs <= timeMs && timeMs < endMs;
}

/** What to sort by: unfinished requests come last in time; equal ends in order of submission. */
function endOf({ ended_at = "unended", request_id }: FalRequest): string {
  return `${ended_at} ${request_id}`;
}

function showRequest(request: FalRequest, payloads: boolean): Item[] {
  const { twin = false, odd = [], no_payloads = false } = request.script.listing ?? {};
  const kept = payloads && !no_payloads && !request.payloads_deleted_at && request.headers["x-fal-store-io"] !== "0";
  const plain = describe(request, kept);
  const item = odd.reduce((shown, name) => oddities[name](shown), plain);
  return twin ? [{ ...item, request_id: uuidOf("twin", request.request_id) }, item] : [item];
}

/** Inline output is not in fal's history, as its models' documentation of `sync_mode` says. */
function describe({ request_id, endpoint, input, outcome, ...times }: FalRequest, payloads: boolean): Item {
  const { sent_at, started_at = sent_at, ended_at } = times;
  return {
    request_id,
    endpoint_id: endpoint,
    sent_at,
    started_at,
    ...(ended_at && outcome && { ended_at, status_code: outcome.status_code, duration: seconds(started_at, ended_at) }),
    ...(payloads && { json_input: input, ...(outcome && !outcome.inline && { json_output: outcome.body }) }),
  };
}

function changeInput(item: Item, change: (input: unknown) => unknown): Item {
  return item.json_input === undefined ? item : { ...item, json_input: change(item.json_input) };
}

function seconds(from: string, to: string): number {
  return (Date.parse(to) - Date.parse(from)) / 1000;
}
