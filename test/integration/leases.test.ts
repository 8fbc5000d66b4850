import { afterAll, beforeAll, expect, it, vi } from "vitest";
import type { JobTable } from "../../lambdas/table/job-table.ts";
import type { LeaseRequest } from "../../lambdas/table/leases.ts";
import { startEngine } from "../../local/stack/engines.ts";
import { createTables } from "../../local/stack/tables.ts";
import { seededRandom } from "../simulation/random.ts";
import { describeOnEngines } from "../support/engines.ts";
import { BIRTH_MS } from "../support/jobs.ts";
import { openPatientTable } from "../support/patient-table.ts";
import { storesOfTheStack } from "../support/stores.ts";

const minuteMs = 60_000;

describeOnEngines("an owner's places on %s", (kind) => {
  let engine: Awaited<ReturnType<typeof startEngine>>;
  let table: JobTable;
  let nowMs = BIRTH_MS;
  const random = seededRandom(1).next;
  beforeAll(async () => {
    engine = await startEngine({ kind });
    const { tables } = await storesOfTheStack();
    await createTables(engine.url, tables);
    vi.stubEnv("AWS_ENDPOINT_URL_DYNAMODB", engine.url);
    vi.stubEnv("AWS_ACCESS_KEY_ID", "local");
    vi.stubEnv("AWS_SECRET_ACCESS_KEY", "local");
    table = openPatientTable(tables[0]?.create.TableName ?? "", () => nowMs);
  });
  afterAll(async () => {
    vi.unstubAllEnvs();
    await engine.close();
  });

  const take = (owner: string, change: Partial<LeaseRequest> = {}) =>
    table.takeLease({ kind: "streams", owner, limit: 3, until: nowMs + minuteMs, random, ...change });

  it("P30: an owner's places are as many as the limit, whoever takes them at the same moment", async () => {
    const taken = await Promise.all(Array.from({ length: 12 }, () => take("crowd")));
    const places = taken.flatMap((lease) => lease?.place ?? []);
    expect(places.length).toBeGreaterThan(0);
    expect(new Set(places).size).toBe(places.length);
    while (await take("crowd")) places.push("one more");
    expect(places).toHaveLength(3);
  });

  it("P30: an owner's places are apart from another owner's, and from those of another kind", async () => {
    for (let place = 0; place < 3; place++) expect(await take("full")).toBeDefined();
    expect(await take("full")).toBeUndefined();
    expect(await take("other")).toBeDefined();
    expect(await take("full", { kind: "waits" })).toBeDefined();
  });

  it("an owner's place is free again once it is given back, and once its lease has ended", async () => {
    const first = await take("returning", { limit: 1 });
    expect(await take("returning", { limit: 1 })).toBeUndefined();
    if (first) await table.releaseLease(first);
    expect(await take("returning", { limit: 1 })).toBeDefined();
    nowMs += 2 * minuteMs;
    const next = await take("returning", { limit: 1 });
    expect(next).toBeDefined();
    // The late end of the first lease changes nothing.
    if (first) await table.releaseLease(first);
    expect(await take("returning", { limit: 1 })).toBeUndefined();
  });

  it("P30: jobs that wait for a place are taken once each, some at a time, in their order", async () => {
    const waiting = { kind: "copies", owner: "burst" } as const;
    const ids = Array.from({ length: 70 }, (_, n) => `${n}`);
    expect(await table.takeWaiting(waiting)).toEqual([]);
    await table.addWaiting(waiting, ids.slice(0, 40));
    await table.addWaiting(waiting, ids.slice(40));
    expect(await table.takeWaiting({ ...waiting, owner: "other" })).toEqual([]);
    expect(await table.takeWaiting(waiting)).toEqual(ids.slice(0, 50));
    expect(await table.takeWaiting(waiting)).toEqual(ids.slice(50));
    expect(await table.takeWaiting(waiting)).toEqual([]);
    await table.addWaiting(waiting, ids.slice(0, 1));
    expect(await table.takeWaiting(waiting)).toEqual(ids.slice(0, 1));
  });

  it("a limit of 0 gives no place", async () => {
    expect(await take("nobody", { limit: 0 })).toBeUndefined();
  });
});
