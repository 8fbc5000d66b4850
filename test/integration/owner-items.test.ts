import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { expenseOf } from "../../lambdas/table/budget.ts";
import type { JobTable } from "../../lambdas/table/job-table.ts";
import { startEngine } from "../../local/stack/engines.ts";
import { createTables } from "../../local/stack/tables.ts";
import { describeOnEngines } from "../support/engines.ts";
import { BIRTH_MS } from "../support/jobs.ts";
import { openPatientTable } from "../support/patient-table.ts";
import { storesOfTheStack } from "../support/stores.ts";

const dayMs = 86_400_000;

describeOnEngines("what the table holds of owners on %s", (kind) => {
  let engine: Awaited<ReturnType<typeof startEngine>>;
  let table: JobTable;
  beforeAll(async () => {
    engine = await startEngine({ kind });
    const { tables } = await storesOfTheStack();
    await createTables(engine.url, tables);
    vi.stubEnv("AWS_ENDPOINT_URL_DYNAMODB", engine.url);
    vi.stubEnv("AWS_ACCESS_KEY_ID", "local");
    vi.stubEnv("AWS_SECRET_ACCESS_KEY", "local");
    table = openPatientTable(tables[0]?.create.TableName ?? "", () => BIRTH_MS);
  });
  afterAll(async () => {
    vi.unstubAllEnvs();
    await engine.close();
  });

  /** The cost of one job in an owner's budget on a day. */
  function expense(owner: string, limitUsd: number, at = BIRTH_MS) {
    return expenseOf(owner, at, 0.4, limitUsd);
  }

  it("concurrent expenses never exceed the limit, and can use all of it", async () => {
    const spent = await Promise.all(
      Array.from({ length: 50 }, () => table.spend(expense("crowd", 4), 1, randomUUID())),
    );
    expect(spent.filter((isSpent) => isSpent)).toHaveLength(10);
  });

  it("a refunded expense can be spent again, once", async () => {
    const one = expense("giver", 0.4);
    const steps = [1, 1, -1, 1, 1] as const;
    const outcomes: boolean[] = [];
    for (const sign of steps) outcomes.push(await table.spend(one, sign, randomUUID()));
    expect(outcomes).toEqual([true, false, true, true, false]);
  });

  it("P2: an expense that the SDK writes again, because its reply was lost, counts once", async () => {
    const one = expense("repeater", 0.8);
    for (const sign of [1, 1, -1, -1] as const) expect(await table.spend(one, sign, `write ${sign}`)).toBe(true);
    for (const left of [true, true, false]) expect(await table.spend(one, 1, randomUUID())).toBe(left);
  });

  it("P2: an expense that the SDK writes again, after others were written, counts once", async () => {
    const one = expense("interrupted", 1.2);
    for (const writeId of ["first", "second", "first", "third"]) expect(await table.spend(one, 1, writeId)).toBe(true);
    expect(await table.spend(one, 1, "fourth")).toBe(false);
  });

  it("each day and each owner has a separate budget", async () => {
    const spends = [expense("a", 0.4), expense("b", 0.4), expense("a", 0.4, BIRTH_MS + dayMs), expense("a", 0.4)];
    const outcomes: boolean[] = [];
    for (const each of spends) outcomes.push(await table.spend(each, 1, randomUUID()));
    expect(outcomes).toEqual([true, true, true, false]);
  });

  it("a lowered or raised limit applies immediately", async () => {
    expect(await table.spend(expense("moved", 10), 1, randomUUID())).toBe(true);
    expect(await table.spend(expense("moved", 0.4), 1, randomUUID())).toBe(false);
    expect(await table.spend(expense("moved", 0), 1, randomUUID())).toBe(false);
    expect(await table.spend(expense("moved", 0.8), 1, randomUUID())).toBe(true);
  });

  it("P24: concurrent rotations each create a secret, and none is lost", async () => {
    expect(await table.readOwner("rotator")).toBeUndefined();
    const rotated = await Promise.all(
      [1, 2, 3].map((ms) => table.rotateSecret("rotator", BIRTH_MS + ms, randomUUID())),
    );
    expect(rotated.map((item) => "secret_version" in item && item.secret_version).sort()).toEqual([2, 3, 4]);
    expect(await table.readOwner("rotator")).toMatchObject({ id: "owner#rotator", secret_version: 4 });
    expect((await table.readOwner("rotator"))?.rotated_at).toHaveLength(3);
  });

  it("typical durations are stored per endpoint", async () => {
    expect(await table.readTypicalDuration("a/b")).toBeUndefined();
    await table.putTypicalDuration("a/b", 12.5);
    await table.putTypicalDuration("a/c", 7);
    expect([await table.readTypicalDuration("a/b"), await table.readTypicalDuration("a/c")]).toEqual([12.5, 7]);
  });

  it("none of the owner items is a job", async () => {
    await table.putTypicalDuration("x/y", 1);
    expect((await table.readMany(["owner#rotator", "f".repeat(32)], true)).get("f".repeat(32))).toBeUndefined();
    expect((await table.list("rotator", { from: "0", to: "~", limit: 10 })).listed).toEqual([]);
  });
});
