import { UpdateCommand } from "@aws-sdk/lib-dynamodb";
import { expect, it } from "vitest";
import { openJobTable } from "../../../lambdas/table/job-table.ts";
import type { Lease } from "../../../lambdas/table/leases.ts";
import { seededRandom } from "../../simulation/random.ts";
import { createScheduler } from "../../simulation/scheduler.ts";
import { createTable } from "../../simulation/table.ts";
import { BIRTH_MS } from "../../support/jobs.ts";
import { INVOCATION, NO_FAULTS, openMemoryTable } from "../../support/memory-table.ts";

const minuteMs = 60_000;

/** A table whose clock the test sets; `onWrite` sees each write before it is sent. */
function scene(onWrite: (command: UpdateCommand) => unknown = () => undefined) {
  const { client } = openMemoryTable(() => BIRTH_MS);
  const clock = { nowMs: BIRTH_MS };
  const send = async (command: unknown) => {
    if (command instanceof UpdateCommand) await onWrite(command);
    return client.send(command);
  };
  const table = openJobTable("jobs", () => clock.nowMs, { send });
  const take = (limit: number, random: () => number) =>
    table.takeLease({ kind: "streams", owner: "owner-1", limit, until: BIRTH_MS + minuteMs, random });
  return { table, take, clock, client };
}

/** Different numbers that are nearly 0, so that everybody tries the first place that is free. */
function nearlyZero() {
  let calls = 0;
  return () => ++calls * 1e-9;
}

it("P30: a place is refused only if all are taken, however many others try to take the same one", async () => {
  const { take } = scene();
  const random = nearlyZero();
  const taken = await Promise.all(Array.from({ length: 30 }, () => take(25, random)));
  const places = taken.flatMap((lease) => lease?.place ?? []);
  expect([places.length, new Set(places).size]).toEqual([25, 25]);
});

it("P30: two leases that end at the same moment are two", async () => {
  const { take, table } = scene();
  const random = nearlyZero();
  const [first, second] = [await take(2, random), await take(2, random)];
  expect(first?.place).not.toBe(second?.place);
  expect(await take(2, random)).toBeUndefined();
  if (first) await table.releaseLease(first);
  expect(await take(2, random)).toBeDefined();
});

it("P30: a lease's place is free when it expires, and its late release changes nothing", async () => {
  const { take, table, clock } = scene();
  const random = nearlyZero();
  const first = await take(1, random);
  clock.nowMs += minuteMs;
  expect(await take(1, random)).toBeUndefined();
  clock.nowMs++;
  expect(await take(1, random)).toBeDefined();
  if (first) await table.releaseLease(first);
  const request = { kind: "streams", owner: "owner-1", limit: 1, until: clock.nowMs + minuteMs, random } as const;
  expect(await table.takeLease(request)).toBeDefined();
  expect(await table.takeLease(request)).toBeUndefined();
});

it("P2: a repeated write that arrives after its lease was given back takes no place", async () => {
  const writes: UpdateCommand[] = [];
  const { take, table, client } = scene((command) => writes.push(command));
  const random = nearlyZero();
  // The second time, the place has been used before.
  for (let round = 0; round < 2; round++) {
    const lease = await take(1, random);
    const [write] = writes.splice(0);
    if (lease) await table.releaseLease(lease);
    await expect(client.send(write)).rejects.toThrow("ConditionalCheckFailed");
    const next = await take(1, random);
    expect(next).toBeDefined();
    if (next) await table.releaseLease(next);
    writes.splice(0);
  }
});

it("P2, P30: no place is taken twice or lost, whatever the SDK repeats and however late", async () => {
  for (let seed = 1; seed <= 20; seed++) {
    const random = seededRandom(seed);
    const scheduler = createScheduler(random, BIRTH_MS, () => undefined);
    const faults = { ...NO_FAULTS, retriedBySdk: 0.4 };
    const client = createTable(scheduler, random, faults, () => undefined).client(INVOCATION);
    const table = openJobTable("jobs", scheduler.now, client);
    const until = BIRTH_MS + 60 * minuteMs;
    const take = (limit = 3) => table.takeLease({ kind: "waits", owner: "owner-1", limit, until, random: random.next });
    const held = new Map<string, Lease>();
    for (let number = 0; number < 60; number++)
      scheduler.after(random.between(0, minuteMs), async () => {
        const lease = await take();
        if (lease === undefined) return;
        expect(held.has(lease.place)).toBe(false);
        held.set(lease.place, lease);
        scheduler.after(random.between(0, 5000), async () => {
          held.delete(lease.place);
          await table.releaseLease(lease);
        });
      });
    await scheduler.run(BIRTH_MS + 3 * minuteMs);
    const last = Promise.all([take(), take(), take()]);
    await scheduler.run(BIRTH_MS + 4 * minuteMs);
    expect([seed, held.size, new Set((await last).map((lease) => lease?.place)).size]).toEqual([seed, 0, 3]);
  }
});
