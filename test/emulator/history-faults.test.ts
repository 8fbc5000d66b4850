import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import type { FalEmulator } from "../../local/fal/emulator.ts";
import { startFilmedEmulator } from "../support/films.ts";
import { callHistory, quickInput, readHistory, run } from "./platform.ts";

const requestCount = 5;
let emulator: FalEmulator;
let newestFirst: unknown[];

beforeAll(async () => {
  emulator = await startFilmedEmulator({ renderSeconds: 0 });
  const ids = [];
  for (let count = 0; count < requestCount; count++) ids.unshift((await run(emulator, quickInput("x"))).request_id);
  newestFirst = ids;
});
beforeEach(() => emulator.clearFaults());
afterAll(() => emulator.close());

test.each([401, 403, 404, 429, 500, 502, 503, 504] as const)("a call is answered %i, once", async (answer) => {
  await emulator.addFault({ platform: { answer } });
  expect((await callHistory(emulator.url)).status).toBe(answer);
  expect((await callHistory(emulator.url)).status).toBe(200);
});

test("a call is reset, hangs, or is answered with something other than a list", async () => {
  await emulator.addFault({ platform: { answer: "reset" } });
  await expect(callHistory(emulator.url)).rejects.toThrow("fetch failed");
  await emulator.addFault({ platform: { hang_ms: 60_000 } });
  await expect(callHistory(emulator.url, {}, { signal: AbortSignal.timeout(200) })).rejects.toThrow();
  await emulator.addFault({ platform: { answer: "not_json" } });
  await expect(readHistory(emulator.url)).rejects.toThrow("not valid JSON");
  await emulator.addFault({ platform: { answer: "no_items" } });
  expect(await (await callHistory(emulator.url)).json()).toEqual({});
});

const pagingCases = [
  {
    paging: "repeat",
    pages: [
      [0, 1],
      [0, 1],
      [0, 1],
      [0, 1],
    ],
    more: [true, true, true, true],
  },
  { paging: "skip", pages: [[0, 1], [4]], more: [true, false] },
  { paging: "endless", pages: [[0, 1], [2, 3], [4], []], more: [true, true, true, true] },
  { paging: "no_cursor", pages: [[0, 1]], more: [true] },
] as const;

test.each(pagingCases)("paging breaks: $paging", async ({ paging, pages, more }) => {
  await emulator.addFault({ times: "all", platform: { paging } });
  const cursors = new Set<string>();
  let query: Record<string, string> = { limit: "2" };
  for (const [place, expected] of pages.entries()) {
    const { items, next_cursor, has_more } = await readHistory(emulator.url, query);
    expect(items.map((item) => newestFirst.indexOf(item.request_id))).toEqual(expected);
    expect(has_more).toBe(more[place]);
    const isLast = place === pages.length - 1;
    if (isLast) expect(next_cursor === null).toBe(paging === "skip" || paging === "no_cursor");
    if (next_cursor !== null) cursors.add(next_cursor);
    query = { limit: "2", cursor: next_cursor ?? "" };
  }
  expect(cursors.size).toBe({ repeat: 1, skip: 1, endless: 4, no_cursor: 0 }[paging]);
});

test("a submission does not consume a fault meant for the platform API", async () => {
  await emulator.addFault({ platform: { answer: 403 } });
  await run(emulator, quickInput("in between"));
  expect((await callHistory(emulator.url)).status).toBe(403);
});
