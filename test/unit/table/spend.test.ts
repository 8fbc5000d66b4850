import { GetCommand, UpdateCommand } from "@aws-sdk/lib-dynamodb";
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

/**
 * A table whose replies are lost, so that the SDK sends each command again; and the same table with a network that
 * works. `before`: what happens between the two.
 */
function repeatingTable(before: () => Promise<unknown> = async () => undefined) {
  const client = createTable(CLOCK, seededRandom(1), NO_FAULTS, () => undefined).client(INVOCATION);
  const send = async (command: unknown) => {
    const isWrite = command instanceof UpdateCommand;
    await client.send(command);
    if (isWrite) await before();
    return client.send(command);
  };
  const clock = { nowMs: 0 };
  const open = (each: typeof send) => openJobTable("jobs", () => clock.nowMs, { send: each });
  return { repeating: open(send), other: open((command) => client.send(command)), clock };
}

const expense = { id: "budget#owner-1#2026-11-22", amount: 4000, limit: 8000, expires_at: 1 };

it("P2: an expense counts once, even if the SDK sends its write twice", async () => {
  const { repeating: table } = repeatingTable();
  const spent = [];
  for (const writeId of ["first", "second", "third"]) spent.push(await table.spend(expense, 1, writeId));
  expect(spent).toEqual([true, true, false]);
  expect(await table.spend(expense, -1, "back")).toBe(true);
  expect(await table.spend(expense, 1, "fourth")).toBe(true);
  expect(await table.spend(expense, 1, "fifth")).toBe(false);
});

it.each([0, 1, 19_999, 20_000])(
  "P2: an expense counts once, even if others were written before its write is sent again, %i ms later",
  async (laterMs) => {
    const { repeating, other, clock } = repeatingTable(async () => {
      clock.nowMs += laterMs;
      for (const writeId of ["a", "b"]) expect(await other.spend(larger, 1, writeId)).toBe(true);
    });
    const larger = { ...expense, limit: 12_000 };
    clock.nowMs = 19_999;
    expect(await repeating.spend(larger, 1, "ours")).toBe(true);
    expect(await other.spend({ ...larger, limit: 15_999 }, 1, "one too many")).toBe(false);
    expect(await other.spend({ ...larger, limit: 16_000 }, 1, "the rest")).toBe(true);
  },
);

it("an expense keeps the ids of writes for a minute at most", async () => {
  const client = createTable(CLOCK, seededRandom(1), NO_FAULTS, () => undefined).client(INVOCATION);
  const clock = { nowMs: 0 };
  const table = openJobTable("jobs", () => clock.nowMs, client);
  for (let count = 0; count < 300; count++, clock.nowMs += 1000)
    expect(await table.spend({ ...expense, amount: 1 }, 1, `write ${count}`)).toBe(true);
  const { Item } = (await client.send(new GetCommand({ TableName: "jobs", Key: { id: expense.id } }))) as {
    Item: Record<string, unknown>;
  };
  const kept = Object.entries(Item).flatMap(([name, value]) => (name.startsWith("writes_") ? (value as string[]) : []));
  expect(kept.length).toBeGreaterThanOrEqual(20);
  expect(kept.length).toBeLessThanOrEqual(60);
  expect(kept).toContain("write 299");
});
