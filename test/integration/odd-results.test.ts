import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import type { FalRequest } from "../../lambdas/fal/client.ts";
import { readDelivery } from "../../lambdas/fal/webhook.ts";
import type { Job } from "../../lambdas/job/job.ts";
import { settleDelivery } from "../../lambdas/settle/settle-from-webhook.ts";
import { sweep } from "../../lambdas/sweep/sweep.ts";
import { openJobs } from "../../lambdas/table/jobs.ts";
import { startEngine } from "../../local/stack/engines.ts";
import { createTables } from "../../local/stack/tables.ts";
import { describeOnEngines } from "../support/engines.ts";
import { BIRTH_MS, become, birth, policy, privacy, routing } from "../support/jobs.ts";
import { unscriptedFal } from "../support/memory-service.ts";
import { openPatientTable } from "../support/patient-table.ts";
import { PRICES } from "../support/prices.ts";
import { storesOfTheStack } from "../support/stores.ts";

const minuteMs = 60_000;

/** Failures that fal may report and the table rejects unless they are adapted. */
const ODD_DETAILS: readonly (readonly [string, unknown])[] = [
  ["a number beyond 2^53", { limit_value: 2 ** 60 }],
  ["a number beyond DynamoDB's range", { limit_value: 1e300 }],
  ["forty levels", nested(40)],
  ["a name without characters", { "": 1 }],
  ["half a code point", { given: "\ud83d" }],
  ["a name of half a code point", { "\ud83d": 1 }],
];

/** Billed units that fal may report. */
const ODD_UNITS = ["1e300", "1e-200", "1152921504606846976", "Infinity", "NaN", "-5", "0x10", "five", " "];

describeOnEngines("a result that holds something odd, on %s", (kind) => {
  let engine: Awaited<ReturnType<typeof startEngine>>;
  let nowMs = BIRTH_MS;
  const now = () => nowMs;
  let service: ReturnType<typeof serviceOn>;
  beforeAll(async () => {
    engine = await startEngine({ kind });
    const { tables } = await storesOfTheStack();
    await createTables(engine.url, tables);
    vi.stubEnv("AWS_ENDPOINT_URL_DYNAMODB", engine.url);
    vi.stubEnv("AWS_ACCESS_KEY_ID", "local");
    vi.stubEnv("AWS_SECRET_ACCESS_KEY", "local");
    service = serviceOn(tables[0]?.create.TableName ?? "");
  });
  afterAll(async () => {
    vi.unstubAllEnvs();
    await engine.close();
  });

  function serviceOn(tableName: string) {
    const answered = (status: number, body: unknown) =>
      ({ kind: "answered", status, headers: {}, body: JSON.stringify(body) }) as const;
    const fal = {
      ...unscriptedFal,
      statusAtFal: async () => answered(200, { status: "COMPLETED" }),
      resultAtFal: async (_access: unknown, { requestId }: FalRequest) => {
        const units = ODD_UNITS.find((each) => each === requestId);
        if (units === undefined) return answered(422, failure(ODD_DETAILS.find(([name]) => name === requestId)?.[1]));
        const success = answered(200, { video: { url: "https://v3.fal.media/files/b/x.mp4" } });
        return { ...success, headers: { "x-fal-billable-units": units } };
      },
    };
    const connectFal = async () => ({ fal, access: { key: "key", falEndpointUrl: undefined, privacy, routing } });
    const table = openPatientTable(tableName, now);
    const newWriteId = () => randomBytes(8).toString("hex");
    const nothing = async () => {};
    return {
      table,
      jobs: openJobs({ table, policy, now, newWriteId }),
      connectFal,
      prices: PRICES,
      now,
      typicalDuration: { seconds: async () => undefined },
      policy,
      publicUrl: "https://api.example.com",
      falEndpointUrl: undefined,
      random: Math.random,
      randomBytes,
      bucket: () => Promise.reject(new Error("no bucket is needed")),
      workersPerOwner: 3,
      start: { check: nothing, copy: nothing, deliver: nothing },
      newWriteId,
    };
  }

  async function queued(requestId: string): Promise<Job> {
    nowMs = BIRTH_MS;
    const fresh = birth({ id: randomBytes(16).toString("hex") });
    const job = become(fresh, { at: BIRTH_MS, by: "submit", type: "accepted", requestId });
    await service.table.add(job);
    return job;
  }

  it.each(ODD_DETAILS)("%s: is settled by the webhook", async (name, ctx) => {
    const job = await queued(name);
    const body = { request_id: name, status: "ERROR", error: "Invalid status code: 422", payload: failure(ctx) };
    const delivery = readDelivery(Buffer.from(JSON.stringify(body)), undefined);
    if (!delivery) throw new Error("no delivery");
    expect(await settleDelivery(service, job.id, job.token_hash, delivery)).toBe(true);
    expect(await service.table.read(job.id)).toMatchObject({ status: "failed", error: { code: "input_refused" } });
  });

  it("each of them is settled by the sweep", async () => {
    const jobs = await Promise.all(ODD_DETAILS.map(([name]) => queued(name)));
    for (const minutes of [5, 130, 140]) {
      nowMs = BIRTH_MS + minutes * minuteMs;
      await sweep(service);
    }
    const rows = await Promise.all(jobs.map(({ id }) => service.table.read(id)));
    const told = rows.map((row) => [row?.request_id, row?.status, row?.error?.code]);
    expect(told).toEqual(ODD_DETAILS.map(([name]) => [name, "failed", "input_refused"]));
  });

  it.each(ODD_UNITS)("P4: a success that fal bills as %j units is settled by the sweep", async (units) => {
    const job = await queued(units);
    nowMs = BIRTH_MS + 5 * minuteMs;
    await sweep(service);
    expect(await service.table.read(job.id)).toMatchObject({ status: "succeeded", cost: { estimated_usd: 0.4 } });
  });
});

function failure(ctx: unknown) {
  return { detail: [{ loc: ["body"], msg: "m", type: "value_error", ctx }] };
}

function nested(levels: number): unknown {
  return levels === 0 ? 0 : { level: nested(levels - 1) };
}
