import { afterAll, beforeAll, expect, test } from "vitest";
import { type FalEmulator, startFalEmulator } from "../../local/fal/emulator.ts";

let emulator: FalEmulator;

beforeAll(async () => {
  emulator = await startFalEmulator();
});
afterAll(() => emulator.close());

const readPage = async () => (await fetch(`${emulator.url}/_emulator`)).text();

test("the emulator's page has ledger and fault commands that run as they stand", async () => {
  const page = await readPage();
  expect(page).toContain(`curl -fsS ${emulator.url}/_emulator/ledger\n`);
  expect(page).toContain("Faults that still apply: none\n");
  const commands = [...page.matchAll(/curl -fsS (\S+) -d '(.+)'/g)];
  expect(commands.length).toBeGreaterThan(4);
  for (const [, url = "", body = ""] of commands) expect((await fetch(url, { method: "POST", body })).status).toBe(201);
});

test("the emulator's page lists the pending faults, even while every fal host is down", async () => {
  await emulator.clearFaults();
  await emulator.addFault({ down: 503 });
  expect(await readPage()).toMatch(/Faults that still apply: \[[^\]]*"down": 503/);
});
