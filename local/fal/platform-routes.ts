import { z } from "zod";
import type { Authorize, Scope } from "./authorize.ts";
import type { PlatformFault } from "./fault-schema.ts";
import type { Faults } from "./faults.ts";
import type { Answer, Call, Reply, Route } from "./http.ts";
import type { Table } from "./journal.ts";
import type { Life } from "./life.ts";
import { listRequests } from "./listing.ts";
import { cutPage } from "./paging.ts";
import { readBillingQuery, readEndpoints, readHistoryQuery } from "./platform-query.ts";
import type { FalRequest } from "./records.ts";

/** What the platform API works on. */
export interface PlatformParts {
  /** The ids of all endpoints; all have the same price. */
  readonly endpointIds: readonly string[];
  readonly requests: Table<FalRequest>;
  readonly faults: Faults;
  readonly life: Life;
  readonly authorize: Authorize;
}

const usdPerSecond = 0.08;
const nanoUsd = 1_000_000_000;
const lastPage = { next_cursor: null, has_more: false };
const videoSchema = z.object({ video: z.object({ url: z.url({ protocol: /^https?$/ }) }) });

type Read = (call: Call, fault: PlatformFault | undefined, requestId: string) => Reply | Promise<Reply>;

/**
 * `https://api.fal.ai/v1`: the request history, prices, bills, the deletion of payloads, and the webhooks' addresses
 * (docs/internals/fal-protocol.md#9-the-platform-api).
 */
export function platformRoutes(parts: PlatformParts): Route[] {
  const { requests } = parts;
  const route = (method: string, path: string, name: PlatformFault["call"], scope: Scope, read: Read): Route => ({
    method,
    path: new RegExp(`^/api\\.fal\\.ai/v1/${path}$`),
    answer: async (call, requestId) => {
      const refusal = parts.authorize(call, scope);
      if (refusal) return refusal;
      const fault = await parts.faults.takeForPlatform(name);
      return (fault && (await misbehave(fault, call, parts.life))) ?? answerQuery(read, call, fault, requestId);
    },
  });
  return [
    route("GET", "models/requests/by-endpoint", "history", "api", (call, fault) => showHistory(call, fault, requests)),
    route("GET", "models/pricing", "pricing", "api", (call) => showPrices(call, parts.endpointIds)),
    route("GET", "models/billing-events", "billing", "admin", (call) => showBills(call, requests)),
    route("DELETE", "models/requests/([\\w-]+)/payloads", "delete_payloads", "admin", (_call, _fault, requestId) =>
      deletePayloads(requestId, requests),
    ),
    route("GET", "meta", "meta", "none", () => ({ status: 200, json: { webhook_ip_ranges: ["127.0.0.1/32"] } })),
  ];
}

/** Applies a scripted fault; undefined if the genuine answer follows. */
async function misbehave(fault: PlatformFault, call: Call, life: Life): Promise<Answer | undefined> {
  await life.pause(fault.hang_ms, call.gone).catch(() => {});
  if (call.gone.aborted || fault.answer === "reset") return "reset";
  if (fault.answer === undefined) return undefined;
  const html = { "content-type": "text/html" };
  if (fault.answer === "not_json")
    return { status: 200, headers: html, bytes: Buffer.from("<html>Bad Gateway</html>") };
  if (fault.answer === "no_items") return { status: 200, json: {} };
  return { status: fault.answer, json: { detail: fault.answer < 500 ? "Refused" : "Internal Server Error" } };
}

/** Answers; an invalid query answers 400 with the errors. */
async function answerQuery(
  read: Read,
  call: Call,
  fault: PlatformFault | undefined,
  requestId: string,
): Promise<Reply> {
  try {
    return await read(call, fault, requestId);
  } catch (error) {
    if (error instanceof z.ZodError) return { status: 400, json: { detail: error.issues } };
    throw error;
  }
}

function showHistory({ url }: Call, fault: PlatformFault | undefined, requests: Table<FalRequest>): Reply {
  const { page, limit, ...query } = readHistoryQuery(url.searchParams);
  const items = listRequests(requests.values(), { ...query, window: fault?.window ?? "ended_at" });
  return { status: 200, json: cutPage(items, page, limit, fault?.paging) };
}

function showPrices({ url }: Call, endpointIds: readonly string[]): Reply {
  const prices = readEndpoints(url.searchParams)
    .filter((endpoint) => endpointIds.includes(endpoint))
    .map((endpoint_id) => ({ endpoint_id, unit_price: usdPerSecond, unit: "seconds", currency: "USD" }));
  if (prices.length === 0) return { status: 404, json: { detail: "None of these endpoints is known" } };
  return { status: 200, json: { prices, ...lastPage } };
}

/** One event per billed request. All of them are on the one page. */
function showBills({ url }: Call, requests: Table<FalRequest>): Reply {
  const { requestIds, startMs, endMs } = readBillingQuery(url.searchParams);
  const billing_events = requests.values().flatMap(({ request_id, endpoint, ended_at = "", outcome }) => {
    const endedMs = Date.parse(ended_at);
    const output_units = outcome?.billable_units ?? 0;
    const isRequested = requestIds.length === 0 || requestIds.includes(request_id);
    if (!isRequested || output_units === 0 || endedMs < startMs || endedMs >= endMs) return [];
    const cost_total = output_units * usdPerSecond;
    const price = { output_units, unit_price: usdPerSecond, percent_discount: 0, cost_total };
    const cost_estimate_nano_usd = Math.round(cost_total * nanoUsd);
    return [{ request_id, endpoint_id: endpoint, timestamp: ended_at, ...price, cost_estimate_nano_usd }];
  });
  return { status: 200, json: { billing_events, ...lastPage } };
}

/** Deletes the input, the output and the video at the request's own URL; the ledger keeps them. */
async function deletePayloads(requestId: string, requests: Table<FalRequest>): Promise<Reply> {
  const request = requests.get(requestId);
  if (!request?.outcome || request.payloads_deleted_at) {
    return { status: 404, json: { detail: "There are no payloads of this request" } };
  }
  await requests.put(requestId, { ...request, payloads_deleted_at: new Date().toISOString() });
  const { data } = videoSchema.safeParse(request.outcome.body);
  const cdn_delete_results = data ? [{ link: data.video.url, exception: null }] : [];
  return { status: 200, json: { cdn_delete_results } };
}
