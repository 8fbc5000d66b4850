import { CreateTableCommand, DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { Job } from "../../lambdas/job/job.ts";
import { openJobTable } from "../../lambdas/table/job-table.ts";
import { startEngine } from "../../local/stack/engines.ts";
import { localCaller } from "../../local/stack/locality.ts";
import { createTables } from "../../local/stack/tables.ts";
import type { Installation } from "../../operate/connect.ts";
import { restore } from "../../operate/restore.ts";
import { describeOnEngines } from "../support/engines.ts";
import { BIRTH_MS, become, birth, jobResult, policy } from "../support/jobs.ts";
import { storesOfTheStack } from "../support/stores.ts";

const later = BIRTH_MS + 3_600_000;
const COPY = "JobTable-restored";
const idOf = (last: string) => `0193500000007000800000000000${last}`;
const by = "sweep" as const;

const neverSent = birth({ attempt: false, id: idOf("aaaa") });
const queued = become(birth({ id: idOf("bbbb") }), { type: "accepted", at: BIRTH_MS, by, requestId: "fal-1" });
const succeeded = become(queued, { type: "succeeded", at: BIRTH_MS, by, result: jobResult });
const settled: Job = { ...succeeded, id: idOf("cccc") };
const expired: Job = { ...succeeded, id: idOf("dddd"), expires_at: Math.floor(later / 1000) - 1 };
const kept: Job = { ...birth({ id: idOf("eeee") }), version: 7 };

describeOnEngines("a table is restored (%s)", (kind) => {
  let engine: Awaited<ReturnType<typeof startEngine>>;
  let installation: Installation;
  let table: ReturnType<typeof openJobTable>;

  beforeAll(async () => {
    engine = await startEngine({ kind });
    const { tables } = await storesOfTheStack();
    await createTables(engine.url, tables);
    const plain = new DynamoDBClient({ endpoint: engine.url, ...localCaller });
    const create = tables[0]?.create;
    if (create === undefined) throw new Error("the stack has no table");
    await plain.send(new CreateTableCommand({ ...create, TableName: COPY }));
    const client = DynamoDBDocumentClient.from(plain, { marshallOptions: { removeUndefinedValues: true } });
    const tableName = create.TableName ?? "";
    const aws = () => ({});
    installation = { name: "test", isLocal: true, tableName, client, aws, resourceOf: (id) => id };
    table = openJobTable(tableName, () => later, client);
    const copy = openJobTable(COPY, () => later, client);
    for (const job of [neverSent, queued, settled, expired, { ...kept, version: 3 }]) await copy.add(job);
    await copy.rotateSecret("studio", BIRTH_MS, "write-1");
    await copy.putFalHealth({ is_down: true, at: BIRTH_MS, error: undefined });
    await table.add(kept);
  });

  afterAll(() => engine?.close());

  it(`P12: a table is restored on ${kind} without sending a job that may have been sent since the copy was made`, async () => {
    const plan = { read: 7, missing: 4, maybeSent: 1 };
    expect(await restore(installation, COPY, policy, later, true)).toEqual(plan);
    expect(await table.read(neverSent.id)).toBeUndefined();
    expect(await restore(installation, COPY, policy, later, false)).toEqual(plan);
    const restored = await table.read(neverSent.id);
    expect(restored).toMatchObject({ status: "submitting", attempt: { number: 1, outcome: "unknown" } });
    expect(restored?.error?.code).toBe("submission_unconfirmed");
    // The sweep looks for it at fal, and has nothing to send.
    expect(restored?.submit_due).toBeUndefined();
    expect(restored?.check_due).toBeDefined();
    expect(await table.read(queued.id)).toEqual(queued);
    expect(await table.read(settled.id)).toEqual(settled);
    expect(await table.readOwner("studio")).toMatchObject({ secret_version: 2 });
    // What is newer here stays, and so does what has expired or is only known for a moment.
    expect(await table.read(kept.id)).toMatchObject({ version: 7 });
    expect(await table.read(expired.id)).toBeUndefined();
    expect(await table.readFalHealth()).toBeUndefined();
  });

  it(`a restoration can be repeated on ${kind}, and then finds nothing to do`, async () => {
    expect(await restore(installation, COPY, policy, later, false)).toEqual({ read: 7, missing: 0, maybeSent: 0 });
  });
});
