import { randomUUID } from "node:crypto";
import { GetCommand, PutCommand, UpdateCommand } from "@aws-sdk/lib-dynamodb";
import { expect, it } from "vitest";
import { EXPENSE_REPEATED_MS, EXPENSES_REMEMBERED_MAX } from "../../../lambdas/limits.ts";
import { openJobTable } from "../../../lambdas/table/job-table.ts";
import { seededRandom } from "../../simulation/random.ts";
import { createScheduler } from "../../simulation/scheduler.ts";
import { createTable } from "../../simulation/table.ts";
import { INVOCATION, NO_FAULTS, openMemoryTable } from "../../support/memory-table.ts";

/**
 * A table whose replies are lost, so that the SDK sends each command again; and the same table with a network that
 * works. `before`: what happens between the two.
 */
function repeatingTable(before: () => Promise<unknown> = async () => undefined) {
  const { client } = openMemoryTable(() => 0);
  const send = async (command: unknown) => {
    const isWrite = command instanceof UpdateCommand || command instanceof PutCommand;
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

it.each([0, 1, 11_999, 12_000])(
  "P2: an expense counts once, even if others were written before its write is sent again, %i ms later",
  async (laterMs) => {
    const { repeating, other, clock } = repeatingTable(async () => {
      clock.nowMs += laterMs;
      for (const writeId of ["a", "b"]) expect(await other.spend(larger, 1, writeId)).toBe(true);
    });
    const larger = { ...expense, limit: 12_000 };
    clock.nowMs = 11_999;
    expect(await repeating.spend(larger, 1, "ours")).toBe(true);
    expect(await other.spend({ ...larger, limit: 15_999 }, 1, "one too many")).toBe(false);
    expect(await other.spend({ ...larger, limit: 16_000 }, 1, "the rest")).toBe(true);
  },
);

/** The item after as many writes, at a distance in time, of which each must be counted. */
async function itemAfter(count: number, apartMs: number) {
  const { client } = openMemoryTable(() => 0);
  const clock = { nowMs: 0 };
  const table = openJobTable("jobs", () => clock.nowMs, client);
  for (let written = 0; written < count; written++, clock.nowMs += apartMs)
    expect(await table.spend({ ...expense, amount: 1 }, 1, randomUUID())).toBe(true);
  const read = await client.send(new GetCommand({ TableName: "jobs", Key: { id: expense.id } }));
  const { Item } = read as { Item: Record<string, unknown> };
  expect(Item.spent).toBe(count);
  return { bytes: JSON.stringify(Item).length, table, clock };
}

it.each([
  ["25 a second", 2000, 40],
  ["one a minute, all day", 1440, 60_000],
  ["one every 36 s", 1440, 36_000],
])("P29: the item of a budget stays small: %s", async (_, count, apartMs) => {
  expect((await itemAfter(count, apartMs)).bytes).toBeLessThan(8 * 1024);
});

it("P29: an expense above the number of writes that an item can remember is an error, and counts again a moment later", async () => {
  const { table, clock } = await itemAfter(EXPENSES_REMEMBERED_MAX, 0);
  const one = { ...expense, amount: 1 };
  await expect(table.spend(one, 1, "too many")).rejects.toThrow("expenses");
  expect(await table.spend(one, -1, "back")).toBe(true);
  clock.nowMs += EXPENSE_REPEATED_MS;
  expect(await table.spend(one, 1, "later")).toBe(true);
});

it("P2, P29: what was spent is exactly the sum of what was granted, whatever the SDK repeats and however late", async () => {
  for (let seed = 1; seed <= 20; seed++) {
    const random = seededRandom(seed);
    const scheduler = createScheduler(random, seed * 997, () => undefined);
    const faults = { ...NO_FAULTS, retriedBySdk: 0.4 };
    const client = createTable(scheduler, random, faults, () => undefined).client(INVOCATION);
    const table = openJobTable("jobs", scheduler.now, client);
    let granted = 0;
    const account = { ...expense, limit: 40_000 };
    for (let number = 0; number < 60; number++)
      scheduler.after(random.between(0, 60_000), async () => {
        const one = { ...account, amount: random.between(1, 3000) };
        if (!(await table.spend(one, 1, randomUUID()))) return;
        granted += one.amount;
        if (!random.chance(0.3)) return;
        await table.spend(one, -1, randomUUID());
        granted -= one.amount;
      });
    await scheduler.run(200_000 + seed * 997);
    const read = client.send(new GetCommand({ TableName: "jobs", Key: { id: account.id } }));
    await scheduler.run(300_000 + seed * 997);
    const { Item } = (await read) as { Item: { spent: number } };
    expect([seed, Item.spent]).toEqual([seed, granted]);
    expect(granted).toBeLessThanOrEqual(account.limit);
  }
});

it("P2, P24: a callback secret is rotated once, even if the SDK sends its write twice", async () => {
  const { repeating: table } = repeatingTable();
  const versions = [];
  for (const [at, writeId] of ["first", "second"].entries())
    versions.push(await table.rotateSecret("owner-1", at, writeId));
  expect(versions).toMatchObject([{ secret_version: 2 }, { secret_version: 3 }]);
  expect(await table.readOwner("owner-1")).toMatchObject({ secret_version: 3, rotated_at: [1, 0] });
});

it("P2, P24: a callback secret is rotated once, even if another rotation comes before its write is sent again", async () => {
  const { repeating, other } = repeatingTable(() => other.rotateSecret("owner-1", 1, "theirs"));
  const rotation = await repeating.rotateSecret("owner-1", 0, "ours");
  expect(rotation).toMatchObject({ secret_version: 3, rotated_at: [1, 0] });
  expect(await other.readOwner("owner-1")).toEqual(rotation);
});
