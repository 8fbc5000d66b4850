import { randomBytes, randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import type { Job, Tombstone } from "../../lambdas/job/job.ts";
import { transition } from "../../lambdas/job/transition.ts";
import type { BlindSettle } from "../../lambdas/table/blind-settle.ts";
import type { JobTable } from "../../lambdas/table/job-table.ts";
import { openJobs } from "../../lambdas/table/jobs.ts";
import { startEngine } from "../../local/stack/engines.ts";
import { createTables } from "../../local/stack/tables.ts";
import { describeOnEngines } from "../support/engines.ts";
import { startFlakyProxy } from "../support/flaky-proxy.ts";
import { BIRTH_MS, become, birth, jobError, jobResult, policy } from "../support/jobs.ts";
import { openPatientTable } from "../support/patient-table.ts";
import { storesOfTheStack } from "../support/stores.ts";

const at = BIRTH_MS + 10_000;
const accepted = { at, by: "submit", type: "accepted", requestId: "req-1" } as const;

describeOnEngines("the job table on %s", (kind) => {
  let engine: Awaited<ReturnType<typeof startEngine>>;
  let proxy: Awaited<ReturnType<typeof startFlakyProxy>>;
  let table: JobTable;
  const nowMs = at;
  beforeAll(async () => {
    engine = await startEngine({ kind });
    proxy = await startFlakyProxy(engine.url);
    const { tables } = await storesOfTheStack();
    await createTables(engine.url, tables);
    vi.stubEnv("AWS_ENDPOINT_URL_DYNAMODB", proxy.url);
    vi.stubEnv("AWS_ACCESS_KEY_ID", "local");
    vi.stubEnv("AWS_SECRET_ACCESS_KEY", "local");
    table = openPatientTable(tables[0]?.create.TableName ?? "", () => nowMs);
  });
  afterAll(async () => {
    vi.unstubAllEnvs();
    await proxy.close();
    await engine.close();
  });

  async function added(job: Job = freshJob()): Promise<Job> {
    expect(await table.add(job)).toEqual({ outcome: "written" });
    return job;
  }

  function freshJob(): Job {
    return { ...birth({ id: randomBytes(16).toString("hex") }), write_id: randomUUID() };
  }

  function next(job: Job): Job {
    return { ...job, version: job.version + 1, write_id: randomUUID() };
  }

  function settleOf(job: Job, change: Partial<BlindSettle> = {}): BlindSettle {
    const { id, token_hash: tokenHash } = job;
    const outcome = { status: "succeeded", result: jobResult } as const;
    return { id, tokenHash, write_id: randomUUID(), requestId: "req-1", at, policy, ...outcome, ...change };
  }

  function tombstoneOf({ id }: Job): Tombstone {
    return { id, deleted_at: "2026-11-22T12:00:00.000Z", expires_at: at / 1000 + 60 };
  }

  it("adds a job once: the second put of the same id is rejected with the existing row", async () => {
    const job = await added();
    const second = { ...job, write_id: randomUUID() };
    expect(await table.add(second)).toEqual({
      outcome: "refused",
      current: await table.read(job.id),
      isDeleted: false,
    });
  });

  it("P2: recognises its own retried put, and does not answer it as another request's replay", async () => {
    proxy.control.loseNextAnswers = 1;
    proxy.control.forwarded = 0;
    await added();
    // The lost try, and the SDK's own retry that fails the condition. DynamoDB's refusal brings the row, with our write
    // id; dynalite's does not, so the row is read.
    expect(proxy.control.forwarded).toBe(kind === "java" ? 2 : 3);
  });

  it("P2: recognises its own retried replace and settle", async () => {
    const job = await added();
    proxy.control.loseNextAnswers = 1;
    expect(await table.replace(next(job))).toEqual({ outcome: "written" });
    proxy.control.loseNextAnswers = 1;
    expect(await table.settle(settleOf(job))).toEqual({ outcome: "written" });
    expect((await table.read(job.id))?.timeline).toHaveLength(2);
  });

  it("P1: of two writes computed from the same version exactly one is stored", async () => {
    const job = await added();
    const [first, second] = [next(job), next(job)];
    const outcomes = await Promise.all([table.replace(first), table.replace(second)]);
    expect(outcomes.map((written) => written.outcome).sort()).toEqual(["refused", "written"]);
    expect([first.write_id, second.write_id]).toContain((await table.read(job.id))?.write_id);
  });

  it("P1: a racing writer's event is applied to what the other one wrote", async () => {
    const job = await added();
    await table.settle(settleOf(job));
    const jobs = openJobs({ table, policy, now: () => nowMs, newWriteId: randomUUID });
    const stored = await jobs.advance(job, "submit", { type: "accepted", requestId: "req-1" });
    expect(stored).toMatchObject({ status: "succeeded", version: 2 });
    expect(await table.read(job.id)).toEqual(stored);
  });

  it("P3: neither replace nor settle recreates a deleted row", async () => {
    const job = freshJob();
    const gone = { outcome: "refused", current: undefined, isDeleted: false };
    expect(await table.replace(next(job))).toEqual(gone);
    expect(await table.settle(settleOf(job))).toEqual(gone);
    expect(await table.putTombstone(job, tombstoneOf(job))).toEqual(gone);
    expect(await table.read(job.id)).toBeUndefined();
  });

  it("P9: a row past its expiry is gone, and its id is free again", async () => {
    const job = await added({ ...freshJob(), expires_at: at / 1000 });
    expect(await table.read(job.id)).toBeUndefined();
    await added({ ...job, expires_at: undefined });
    expect(await table.read(job.id)).toBeDefined();
  });

  it("P16: a tombstone replaces a row, keeps its id reserved, and rejects writes", async () => {
    const job = await added();
    expect(await table.putTombstone(next(job), tombstoneOf(job))).toMatchObject({
      outcome: "refused",
      isDeleted: false,
    });
    expect(await table.putTombstone(job, tombstoneOf(job))).toEqual({ outcome: "written" });
    expect(await table.read(job.id)).toBeUndefined();
    const deleted = { outcome: "refused", current: undefined, isDeleted: true };
    expect(await table.add({ ...job, write_id: randomUUID() })).toEqual(deleted);
    expect(await table.replace(next(job))).toEqual(deleted);
    expect(await table.settle(settleOf(job))).toEqual(deleted);
    expect(await table.putTombstone(job, tombstoneOf(job))).toEqual(deleted);
  });

  it("P9: an expired tombstone frees its id", async () => {
    const job = await added();
    await table.putTombstone(job, { ...tombstoneOf(job), expires_at: at / 1000 });
    await added({ ...job, write_id: randomUUID() });
  });

  const hosting = { ...policy, archivesVideos: false };
  it.each([
    ["submitting", policy],
    ["queued", policy],
    ["unknown", policy],
    ["queued", hosting],
  ] as const)("the webhook's blind settle writes what the lifecycle would, on a %s job", async (state, policy) => {
    const fresh = freshJob();
    const unknown = { at, by: "submit", type: "unknown", attempt: 1, error: jobError } as const;
    const job = await added(
      state === "queued" ? become(fresh, accepted) : state === "unknown" ? become(fresh, unknown) : fresh,
    );
    const settle = settleOf(job, { policy });
    await table.settle(settle);
    const event = { at, by: "webhook", type: "succeeded", requestId: "req-1", result: jobResult } as const;
    const expected = { ...transition(job, event, policy), version: job.version + 1, write_id: settle.write_id };
    expect(expected.archive_due).toBe(policy.archivesVideos ? at : undefined);
    expect(await table.read(job.id)).toEqual(JSON.parse(JSON.stringify(expected)));
  });

  it("a blind failure writes what the lifecycle would", async () => {
    const job = await added();
    const settle = settleOf(job, { status: "failed", result: undefined, error: jobError });
    await table.settle(settle);
    const event = { at, by: "webhook", type: "failed", requestId: "req-1", error: jobError } as const;
    const expected = { ...transition(job, event, policy), version: 2, write_id: settle.write_id };
    expect(await table.read(job.id)).toEqual(JSON.parse(JSON.stringify(expected)));
  });

  it.each([
    ["another token", { tokenHash: "other" }],
    ["another request id", { requestId: "req-2" }],
  ])("a settle with %s is rejected and changes nothing", async (_, change) => {
    const job = await added(become(freshJob(), accepted));
    expect(await table.settle(settleOf(job, change))).toMatchObject({ outcome: "refused" });
    expect((await table.read(job.id))?.status).toBe("queued");
  });

  const adopted = { at, by: "sweep", type: "adopted", requestId: "req-found" } as const;

  it.each(["another request id than", "the request id of"])(
    "P15: the token's webhook settles an adopted job, with %s the history's, as the lifecycle would",
    async (which) => {
      const unknown = { at, by: "submit", type: "unknown", attempt: 1, error: jobError } as const;
      const job = await added(become(freshJob(), unknown, adopted));
      expect(job).toMatchObject({ status: "queued", request_id: "req-found", adopted: true });
      const requestId = which.startsWith("another") ? "req-told" : "req-found";
      const settle = settleOf(job, { requestId });
      expect(await table.settle(settle)).toEqual({ outcome: "written" });
      const event = { at, by: "webhook", type: "succeeded", requestId, result: jobResult } as const;
      const expected = { ...transition(job, event, policy), version: job.version + 1, write_id: settle.write_id };
      expect(await table.read(job.id)).toEqual(JSON.parse(JSON.stringify(expected)));
      expect(await table.read(job.id)).toMatchObject({ status: "succeeded", request_id: requestId });
    },
  );

  it("P15: a webhook with another token does not settle an adopted job, nor does one after fal itself has given the id", async () => {
    const found = await added(become(freshJob(), adopted));
    expect(await table.settle(settleOf(found, { tokenHash: "other", requestId: "req-told" }))).toMatchObject({
      outcome: "refused",
    });
    const told = { at, by: "webhook", type: "confirmed", requestId: "req-told" } as const;
    const confirmed = await added(become(freshJob(), adopted, told));
    expect(confirmed).toMatchObject({ request_id: "req-told", adopted: undefined });
    expect(await table.settle(settleOf(confirmed, { requestId: "req-found" }))).toMatchObject({ outcome: "refused" });
    for (const { id } of [found, confirmed]) expect(await table.read(id)).toMatchObject({ status: "queued" });
  });

  it("a settled job is not settled again", async () => {
    const job = await added();
    await table.settle(settleOf(job));
    const settled = await table.read(job.id);
    const again = await table.settle(settleOf(job, { status: "failed", result: undefined, error: jobError }));
    expect(again).toEqual({ outcome: "refused", current: settled, isDeleted: false });
  });
});
