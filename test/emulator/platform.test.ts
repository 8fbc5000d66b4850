import { afterAll, beforeAll, expect, test } from "vitest";
import { type FalEmulator, startFalEmulator } from "../../local/fal/emulator.ts";
import { startFilmedEmulator } from "../support/films.ts";
import { callPlatform, quickInput, readHistory, run } from "./platform.ts";
import { endpoint, inputOf, post, requestCall, videoIn } from "./setting.ts";

let emulator: FalEmulator;

beforeAll(async () => {
  emulator = await startFilmedEmulator({ renderSeconds: 0, falKey: "test-key", adminKey: "admin-key" });
});
afterAll(() => emulator.close());

function asAdmin(pathAndQuery: string, method = "GET") {
  return callPlatform(emulator.url, pathAndQuery, { method, headers: { authorization: "Key admin-key" } });
}

test("prices are per second, for known endpoints in the query", async () => {
  const read = async (query: string) => (await callPlatform(emulator.url, `models/pricing?${query}`)).json();
  const price = { unit_price: 0.08, unit: "seconds", currency: "USD" };
  const known = [endpoint, "decart/lucy-i2v"];
  const prices = known.map((endpoint_id) => ({ endpoint_id, ...price }));
  expect(await read(`endpoint_id=${known.join(",")},no/thing`)).toEqual({ prices, next_cursor: null, has_more: false });
  expect(await read(`endpoint_id=${known.join("&endpoint_id=")}`)).toMatchObject({ prices });
  expect((await callPlatform(emulator.url, "models/pricing?endpoint_id=no/thing")).status).toBe(404);
  expect((await callPlatform(emulator.url, "models/pricing")).status).toBe(400);
});

test("webhooks come from the addresses in meta, which needs no key", async () => {
  const response = await fetch(`${emulator.url}/api.fal.ai/v1/meta`);
  expect(await response.json()).toEqual({ webhook_ip_ranges: ["127.0.0.1/32"] });
});

test("billing needs an admin key: one event per billed request, none for a rejected one", async () => {
  const rendered = await run(emulator, inputOf("billed"));
  const refused = await run(emulator, quickInput("not billed"));
  const path = `models/billing-events?request_id=${rendered.request_id}&request_id=${refused.request_id}`;
  const { request_id, ended_at } = rendered;
  const amounts = { output_units: 2.5, cost_total: expect.closeTo(0.2), cost_estimate_nano_usd: 200_000_000 };
  const price = { unit_price: 0.08, percent_discount: 0, ...amounts };
  expect(await (await asAdmin(path)).json()).toEqual({
    billing_events: [{ request_id, endpoint_id: endpoint, timestamp: ended_at, ...price }],
    next_cursor: null,
    has_more: false,
  });
  const later = await asAdmin(`${path}&start=${new Date(Date.now() + 60_000).toISOString()}`);
  expect(await later.json()).toMatchObject({ billing_events: [] });
});

test.each([
  ["GET", "models/billing-events"],
  ["DELETE", "models/requests/any/payloads"],
])("%s %s is 401 for an unknown key and 403 for a key without admin rights", async (method, path) => {
  expect((await callPlatform(emulator.url, path, { method }, "stranger")).status).toBe(401);
  const bare = await startFalEmulator();
  for (const url of [emulator.url, bare.url]) {
    const headers = { authorization: "Key test-key" };
    expect((await callPlatform(url, path, { method, headers })).status).toBe(403);
  }
  await bare.close();
});

test("an admin key can also submit", async () => {
  const headers = { authorization: "Key admin-key" };
  expect((await post(emulator.url, quickInput("admin"), { headers })).status).toBe(200);
});

test("a fault can make every key an admin key", async () => {
  const bills = async (key: string) => (await callPlatform(emulator.url, "models/billing-events", {}, key)).status;
  await emulator.addFault({ admin: true });
  expect([await bills("test-key"), await bills("test-key"), await bills("stranger")]).toEqual([200, 200, 401]);
  await emulator.clearFaults();
  expect(await bills("test-key")).toBe(403);
});

test("payload deletion removes the payload from the history, the result and the video URL of that request alone", async () => {
  const deleted = await run(emulator, inputOf("deleted"));
  const kept = await run(emulator, inputOf("kept"));
  const link = videoIn(deleted.outcome?.body).url;
  const path = `models/requests/${deleted.request_id}/payloads`;
  const answer = await asAdmin(path, "DELETE");
  expect(await answer.json()).toEqual({ cdn_delete_results: [{ link, exception: null }] });
  expect((await fetch(link)).status).toBe(404);
  expect((await fetch(videoIn(kept.outcome?.body).url)).status).toBe(200);
  expect((await requestCall(emulator.url, deleted.request_id)).status).toBe(404);
  expect((await requestCall(emulator.url, deleted.request_id, "/status")).status).toBe(200);
  const { items } = await readHistory(emulator.url, { request_id: `${deleted.request_id},${kept.request_id}` });
  expect(items.map((item) => item.json_input)).toEqual([inputOf("kept"), undefined]);
  expect((await asAdmin(path, "DELETE")).status).toBe(404);
  expect((await asAdmin("models/requests/unknown/payloads", "DELETE")).status).toBe(404);
});

test.each(["pricing", "billing", "delete_payloads", "meta"] as const)("%s fails as scripted", async (call) => {
  const calls = {
    pricing: ["GET", `models/pricing?endpoint_id=${endpoint}`],
    billing: ["GET", "models/billing-events"],
    delete_payloads: ["DELETE", "models/requests/unknown/payloads"],
    meta: ["GET", "meta"],
  } as const;
  await emulator.addFault({ platform: { call, answer: 503 } });
  const [method, path] = calls[call];
  expect((await asAdmin(path, method)).status).toBe(503);
  expect((await asAdmin(path, method)).status).toBe(call === "delete_payloads" ? 404 : 200);
});
