import { describe, expect, it } from "vitest";
import { readRefusal, type Submission } from "../../lambdas/fal/submission.ts";
import { type Hands, isFor } from "../../operate/act.ts";
import { carryOut, type Pace, plan } from "../../operate/bulk.ts";
import type { Installation } from "../../operate/connect.ts";
import { type Action, newOperation, readOperation } from "../../operate/operation.ts";
import type { Where } from "../../operate/where.ts";
import { effort } from "../effort.ts";
import { seededRandom } from "../simulation/random.ts";
import { BIRTH_MS, become, birth, jobError, jobResult, policy } from "../support/jobs.ts";
import { createMemoryService } from "../support/memory-service.ts";
import { answered } from "../support/one-job.ts";

const by = "sweep" as const;
const hourMs = 3_600_000;
const seed = Number(process.env.SEED ?? Date.now() % 1_000_000);
const FAILED: Where = { code: "generation_failed" };

/** The service with jobs in it, every tenth of which failed, and the operator's hands on it. */
async function installed(jobs: number, submission?: Submission) {
  let requests = 0;
  const service = createMemoryService({
    submitToFal: async () => submission ?? { outcome: "accepted", requestId: `req-${++requests}` },
  });
  for (let number = 0; number < jobs; number++) {
    const id = `0193500000007${number.toString(16).padStart(19, "0")}`;
    const created_at_id = `${new Date(BIRTH_MS).toISOString()}#${id}`;
    const row = { ...birth({ id }), owner: `owner-${number % 7}`, created_at_id };
    const event =
      number % 10 === 0
        ? ({ at: BIRTH_MS, by, type: "failed", error: jobError } as const)
        : ({ at: BIRTH_MS, by, type: "succeeded", result: jobResult } as const);
    await service.add(become(row, { at: BIRTH_MS, by, type: "accepted", requestId: `old-${number}` }, event));
  }
  service.state.nowMs = BIRTH_MS + hourMs;
  const installation = {
    name: "test",
    isLocal: true,
    tableName: "jobs",
    client: service.client,
    aws: () => ({}),
    resourceOf: (id: string) => id,
  } as Installation;
  const hands: Hands = {
    installation,
    invoke: async (name, event) => {
      const route = name === "submit" ? service.retry : service.cancel;
      return route(event as Parameters<typeof route>[0]);
    },
    policy,
    owners: {},
    now: () => service.state.nowMs,
  };
  return { service, hands, posts: () => requests };
}

const pace: Pace = { pause: async () => {}, perSecond: 1e9, stopped: () => false, progress: () => {} };

/** Hands that die after some actions: before the answer to the last one is known. */
function dying(hands: Hands, actions: number): Hands {
  let left = actions;
  return {
    ...hands,
    invoke: async (name, event) => {
      const answer = await hands.invoke(name, event);
      if (--left === 0) throw new Error("killed");
      return answer;
    },
  };
}

describe("a bulk action", () => {
  it(`P16: a bulk retry of ${effort.bulkJobs / 10} among ${effort.bulkJobs} jobs, killed five times (SEED=${seed}), retries each once, at the planned cost`, async () => {
    const random = seededRandom(seed);
    const { service, hands, posts } = await installed(effort.bulkJobs);
    const failed = effort.bulkJobs / 10;
    const planned = await plan(hands, "retry", FAILED);
    expect(planned).toMatchObject({ jobs: failed, owners: 7, estimated_usd: failed * 0.4 });
    const { id } = await startAndDie(hands, random.between(1, failed / 6));
    for (let kill = 1; kill < 5; kill++) {
      const again = readOperation(hands.installation, id);
      await expect(carryOut(dying(hands, random.between(1, failed / 6)), await again, pace)).rejects.toThrow("killed");
    }
    const done = await carryOut(hands, await readOperation(hands.installation, id), pace);
    expect(done).toMatchObject({ position: undefined, acted: failed, refused: {} });
    const retries = [...service.rows().values()].filter(({ retry_of }) => retry_of !== undefined);
    expect(new Set(retries.map(({ retry_of }) => retry_of)).size).toBe(failed);
    expect([retries.length, posts()]).toEqual([failed, failed]);
    const usd = retries.reduce((sum, { cost }) => sum + (cost?.estimated_usd ?? 0), 0);
    expect(usd).toBeCloseTo(planned.estimated_usd ?? 0);
  }, 300_000);

  async function startAndDie(hands: Hands, actions: number) {
    const operation = newOperation("retry", FAILED, hands.now());
    await expect(carryOut(dying(hands, actions), operation, pace)).rejects.toThrow("killed");
    return operation;
  }

  it("a bulk action that is stopped ends after the action under way, and continues where it was", async () => {
    const { service, hands } = await installed(100);
    let isStopped = false;
    const stop = async () => {
      isStopped = true;
    };
    const stopping = { ...pace, stopped: () => isStopped, pause: stop };
    const operation = await carryOut(hands, newOperation("retry", FAILED, hands.now()), stopping);
    expect(operation.position).toBeDefined();
    expect([...service.rows().values()].filter(({ retry_of }) => retry_of)).toHaveLength(1);
    await carryOut(hands, await readOperation(hands.installation, operation.id), pace);
    expect([...service.rows().values()].filter(({ retry_of }) => retry_of)).toHaveLength(10);
  });

  it("P16: a bulk retry does not retry its own retries, although they fail at once", async () => {
    const { service, hands } = await installed(600, readRefusal(answered(422)));
    const done = await carryOut(hands, newOperation("retry", { status: ["failed"] }, hands.now()), pace);
    expect(done.refused).toEqual({ input_refused: 60 });
    expect([...service.rows().values()].filter(({ retry_of }) => retry_of)).toHaveLength(60);
  });

  it("P16: a bulk retry does not retry its own retries, although the operator's clock is ten minutes ahead", async () => {
    const { service, hands } = await installed(600, readRefusal(answered(422)));
    const startedAt = hands.now() + hourMs / 6;
    const done = await carryOut(hands, newOperation("retry", { status: ["failed"] }, startedAt), pace);
    expect(done.refused).toEqual({ input_refused: 60 });
    expect([...service.rows().values()].filter(({ retry_of }) => retry_of)).toHaveLength(60);
  });

  it("a bulk action that two continue at the same time is carried out by one of them", async () => {
    const { service, hands } = await installed(100);
    const operation = newOperation("retry", FAILED, hands.now());
    const both = await Promise.allSettled([carryOut(hands, operation, pace), carryOut(hands, operation, pace)]);
    expect(both.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
    expect([...service.rows().values()].filter(({ retry_of }) => retry_of)).toHaveLength(10);
  });

  it("a bulk action counts what is refused by its code, and does not wait for a budget", async () => {
    const { service, hands } = await installed(100);
    service.budgets.set("*", 0.4);
    const done = await carryOut(hands, newOperation("retry", FAILED, hands.now()), pace);
    expect(done).toMatchObject({ acted: 7, refused: { budget_exceeded: 3 } });
  });

  it("P24: a bulk action refuses a job whose owner has the name of another owner's API key", async () => {
    const { hands } = await installed(100);
    const owners = { "owner-0": "somebody-else" };
    const done = await carryOut({ ...hands, owners }, newOperation("retry", FAILED, hands.now()), pace);
    expect(done.refused).toEqual({ owner_is_a_key: 2 });
  });

  it.each([
    ["cancel", 0],
    ["redeliver", 0],
    ["archive", 90],
  ] as [Action, number][])("a plan to %s finds the jobs for which there is something to do", async (action, jobs) => {
    const { hands, service } = await installed(100);
    // Their copies were given up.
    for (const [id, row] of service.rows())
      (service.rows() as Map<string, typeof row>).set(id, { ...row, archive_due: undefined });
    expect((await plan(hands, action, {})).jobs).toBe(jobs);
  });

  it("a bulk archive makes copies due that were given up, once", async () => {
    const { hands, service } = await installed(20);
    for (const [id, row] of service.rows())
      (service.rows() as Map<string, typeof row>).set(id, { ...row, archive_due: undefined, archive_attempts: 9 });
    const done = await carryOut(hands, newOperation("archive", {}, hands.now()), pace);
    expect(done).toMatchObject({ acted: 18, skipped: 2 });
    const due = [...service.rows().values()].filter(({ archive_due }) => archive_due !== undefined);
    expect(due).toHaveLength(18);
    expect(due[0]?.archive_attempts).toBeUndefined();
    expect(due[0]?.timeline.at(-1)).toMatchObject({ event: "archive_requested", by: "operator" });
    expect(await carryOut(hands, newOperation("archive", {}, hands.now()), pace)).toMatchObject({ acted: 0 });
  });

  it("a bulk redelivery sends again what was given up, and its repeat does nothing", async () => {
    const { hands, service } = await installed(10);
    const gaveUp = { attempts: 11, body: "", is_published: false, ended: "exhausted" } as const;
    for (const [id, row] of service.rows())
      (service.rows() as Map<string, typeof row>).set(id, { ...row, deliver_due: undefined, delivery: gaveUp });
    const operation = newOperation("redeliver", {}, hands.now());
    expect(await carryOut(hands, operation, pace)).toMatchObject({ acted: 10 });
    const [row] = [...service.rows().values()];
    expect(row?.delivery).toMatchObject({ attempts: 0, round: 1, requested_by: operation.id });
    expect(isFor("redeliver", row as never)).toBe(false);
  });
});
