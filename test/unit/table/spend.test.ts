import { expect, it } from "vitest";
import { openJobTable } from "../../../lambdas/table/job-table.ts";
import { seededRandom } from "../../simulation/random.ts";
import { createTable } from "../../simulation/table.ts";

const CLOCK = {
  now: () => 0,
  after: (_delayMs: number, run: () => void) => run(),
  pause: async () => {},
  run: async () => {},
  crash: () => new Promise<never>(() => {}),
  steps: () => 0,
};
const NO_FAULTS = { throttled: 0, appliedButTimedOut: 0, retriedBySdk: 0, indexLagMs: 0 };
const INVOCATION = { name: "test", alive: true, endsAt: Infinity, crashChance: 0, skewMs: 0 };

/** A table whose replies are lost, so that the SDK sends each command again. */
function repeatingTable() {
  const client = createTable(CLOCK, seededRandom(1), NO_FAULTS, () => undefined).client(INVOCATION);
  const send = async (command: unknown) => {
    await client.send(command);
    return client.send(command);
  };
  return openJobTable("jobs", () => 0, { send });
}

it("P2: an expense counts once, even if the SDK sends its write twice", async () => {
  const table = repeatingTable();
  const expense = { id: "budget#owner-1#2026-11-22", amount: 4000, limit: 8000, expires_at: 1 };
  const spent = [];
  for (const writeId of ["first", "second", "third"]) spent.push(await table.spend(expense, 1, writeId));
  expect(spent).toEqual([true, true, false]);
  expect(await table.spend(expense, -1, "back")).toBe(true);
  expect(await table.spend(expense, 1, "fourth")).toBe(true);
  expect(await table.spend(expense, 1, "fifth")).toBe(false);
});
