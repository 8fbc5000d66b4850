import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { readHistory as readAllHistory } from "../../lambdas/fal/history.ts";
import type { FalEmulator } from "../../local/fal/emulator.ts";
import type { Fault } from "../../local/fal/fault-schema.ts";
import { startFilmedEmulator } from "../support/films.ts";
import { privacy, routing } from "../support/jobs.ts";
import { callHistory, quickInput, readHistory, run } from "./platform.ts";
import { endpoint, inputOf, submit } from "./setting.ts";

let emulator: FalEmulator;

beforeAll(async () => {
  emulator = await startFilmedEmulator({ renderSeconds: 0 });
});
beforeEach(() => emulator.reset());
afterAll(() => emulator.close());

describe("the request history", () => {
  test("the request history lists a finished request with its times, status, input and output", async () => {
    const input = inputOf("listed");
    const { request_id, sent_at, started_at, ended_at, outcome } = await run(emulator, input);
    const { items, next_cursor, has_more } = await readHistory(emulator.url);
    expect([next_cursor, has_more]).toEqual([null, false]);
    expect(items).toEqual([
      {
        request_id,
        endpoint_id: endpoint,
        sent_at,
        started_at,
        ended_at,
        status_code: 200,
        duration: expect.any(Number),
        json_input: input,
        json_output: outcome?.body,
      },
    ]);
  });

  test("the request history includes payloads only if they are requested and were stored", async () => {
    await run(emulator, quickInput("kept"));
    await run(emulator, quickInput("not kept"), { "x-fal-store-io": "0" });
    const withPayloads = (await readHistory(emulator.url)).items.map((item) => item.json_input);
    expect(withPayloads).toEqual([undefined, quickInput("kept")]);
    for (const item of (await readHistory(emulator.url, { expand: "" })).items) {
      expect(Object.keys(item)).not.toEqual(expect.arrayContaining([expect.stringMatching("^json_")]));
    }
  });

  test("the request history omits unfinished requests and other endpoints", async () => {
    await emulator.addFault({ queue_ms: 60_000 });
    await submit(emulator.url, quickInput("waiting"));
    await run(emulator, quickInput("ended"));
    expect(await readHistory(emulator.url)).toMatchObject({ items: [{ json_input: { prompt: "ended" } }] });
    expect((await readHistory(emulator.url, { endpoint_id: "decart/lucy-i2v" })).items).toEqual([]);
    const both = await readHistory(emulator.url, { endpoint_id: `decart/lucy-i2v,${endpoint}` });
    expect(both.items).toHaveLength(1);
  });

  test("the request history includes `start` and excludes `end`, by a request's end time unless scripted otherwise", async () => {
    const { request_id, sent_at, ended_at = "" } = await run(emulator, quickInput("on the edge"));
    expect((await readHistory(emulator.url, { start: ended_at })).items).toMatchObject([{ request_id }]);
    expect((await readHistory(emulator.url, { end: ended_at })).items).toEqual([]);
    await emulator.addFault({ platform: { window: "sent_at" } });
    expect((await readHistory(emulator.url, { end: sent_at })).items).toEqual([]);
    expect((await readHistory(emulator.url, { request_id })).items).toHaveLength(1);
    expect((await readHistory(emulator.url, { request_id: "another" })).items).toEqual([]);
  });

  test("the request history is paged, newest end first, each request once", async () => {
    const ids = [];
    for (let count = 0; count < 7; count++) ids.unshift((await run(emulator, quickInput(`page ${count}`))).request_id);
    const seen = [];
    let query: Record<string, string> | undefined = { limit: "3" };
    while (query) {
      const { items, next_cursor, has_more } = await readHistory(emulator.url, query);
      seen.push(items.map((item) => item.request_id));
      expect(has_more).toBe(next_cursor !== null);
      query = next_cursor === null ? undefined : { limit: "3", cursor: next_cursor };
    }
    expect(seen.map((page) => page.length)).toEqual([3, 3, 1]);
    expect(seen.flat()).toEqual(ids);
  });

  test("A23: the request history repeats requests on the next page when others end meanwhile, and is read whole", async () => {
    const ids = [];
    for (let count = 0; count < 5; count++) ids.unshift((await run(emulator, quickInput(`old ${count}`))).request_id);
    const shown: unknown[] = [];
    const historyPageAtFal = async (_access: unknown, query: Readonly<Record<string, string>>) => {
      const page = await readHistory(emulator.url, { ...query, limit: "2" });
      shown.push(...page.items.map((item) => item.request_id));
      if (query.cursor === undefined) await run(emulator, quickInput("ends meanwhile"));
      return page;
    };
    const access = { key: "test-key", falEndpointUrl: undefined, privacy, routing };
    const found = await readAllHistory({ historyPageAtFal }, access, endpoint, 0, Date.now() + 60_000);
    const [newest, second, ...older] = ids;
    expect(shown).toEqual([newest, second, second, ...older]);
    expect(found?.map((past) => past.requestId)).toEqual(ids);
  });

  test.each([
    ["endpoint_id", ""],
    ["limit", "0"],
    ["limit", "101"],
    ["limit", "many"],
    ["cursor", "page two"],
    ["start", "yesterday"],
    ["end", "2026-13-01"],
  ])("the request history rejects %s=%s", async (name, value) => {
    expect((await callHistory(emulator.url, { [name]: value })).status).toBe(400);
  });

  test("the request history accepts any key, and rejects calls without one", async () => {
    for (const authorization of ["Key anybody", "Bearer anybody", ""]) {
      const { status } = await callHistory(emulator.url, {}, { headers: { authorization } });
      expect(status).toBe(authorization === "Key anybody" ? 200 : 401);
    }
  });
});

interface ListingCase {
  readonly listing: Fault["listing"];
  readonly sees: readonly unknown[];
  /** A value that no item has. */
  readonly lacks?: string;
}

const prompt = "scripted";
const json_input = quickInput(prompt);
const named = { request_id: expect.any(String), sent_at: expect.any(String) };
const listingCases: Record<string, ListingCase> = {
  "lists an ended request late": { listing: { lag_ms: 60_000 }, sees: [] },
  "has lost the payloads": { listing: { no_payloads: true }, sees: [named], lacks: "json_input" },
  "lists a twin beside it": { listing: { twin: true }, sees: [{ json_input }, { json_input }] },
  "does not say which request": { listing: { odd: ["no_request_id"] }, sees: [{ json_input }], lacks: "request_id" },
  "does not say when it was sent": { listing: { odd: ["no_sent_at"] }, sees: [{ json_input }], lacks: "sent_at" },
  "gives the input as text": {
    listing: { odd: ["input_text"] },
    sees: [{ ...named, json_input: JSON.stringify(json_input) }],
  },
  "wraps the input": { listing: { odd: ["input_wrapped"] }, sees: [{ ...named, json_input: { input: json_input } }] },
  "fills the input up": {
    listing: { odd: ["input_defaults"] },
    sees: [{ json_input: { ...json_input, resolution: "720p", aspect_ratio: "16:9" } }],
  },
  "adds fields": { listing: { odd: ["unknown_fields"] }, sees: [{ ...named, json_input, source: "api", tags: [] }] },
};

describe("a scripted history", () => {
  test.each(Object.entries(listingCases))("%s", async (_name, { listing, sees, lacks = "" }) => {
    await emulator.addFault({ prompt, listing });
    const { request_id } = await run(emulator, json_input);
    const { items } = await readHistory(emulator.url);
    expect(items).toHaveLength(sees.length);
    expect(items).toMatchObject(sees);
    expect(items.flatMap(Object.keys)).not.toContain(lacks);
    // A twin is listed before the request itself, under the same generated id in every reading.
    if (items.length === 2) expect(items[1]?.request_id).toBe(request_id);
    if (items.length === 2) expect(items[0]?.request_id).not.toBe(request_id);
    expect((await readHistory(emulator.url)).items).toEqual(items);
  });

  test("a scripted history lists requests only after the scripted lag", async () => {
    await emulator.addFault({ listing: { lag_ms: 300 } });
    const { request_id, ended_at = "" } = await run(emulator, json_input);
    let items: readonly unknown[] = [];
    const until = Date.now() + 60_000;
    while (items.length === 0 && Date.now() < until) items = (await readHistory(emulator.url)).items;
    expect(items).toMatchObject([{ request_id }]);
    expect(Date.now() - Date.parse(ended_at)).toBeGreaterThanOrEqual(300);
  });

  test("a scripted history lists unfinished requests before all finished ones", async () => {
    await emulator.addFault({ prompt, queue_ms: 60_000, listing: { unended: true } });
    const { request_id } = await submit(emulator.url, json_input);
    const ended = await run(emulator, quickInput("ended"));
    const { items } = await readHistory(emulator.url);
    expect(items).toMatchObject([{ ...named, request_id, json_input }, { request_id: ended.request_id }]);
    expect(items[0]).not.toHaveProperty("ended_at");
    expect(items[0]).not.toHaveProperty("json_output");
  });
});
