import { randomUUID } from "node:crypto";
import { describe, expect, it } from "vitest";
import type { CallOutcome } from "../../../lambdas/fal/call-once.ts";
import { readRefusal, type Submission } from "../../../lambdas/fal/submission.ts";
import { randomJobId } from "../../../lambdas/job/identity.ts";
import { isOpen, type Job } from "../../../lambdas/job/job.ts";
import { SWEEP_WORKERS } from "../../../lambdas/limits.ts";
import { openCircuitBreaker } from "../../../lambdas/submit/circuit-breaker.ts";
import { recordJob } from "../../../lambdas/submit/record-job.ts";
import { sweep } from "../../../lambdas/sweep/sweep.ts";
import type { FalHealth } from "../../../lambdas/table/fal-health.ts";
import { openJobs } from "../../../lambdas/table/jobs.ts";
import type { Pause } from "../../../lambdas/table/pause.ts";
import { effort } from "../../effort.ts";
import { BIRTH_MS, policy, privacy, routing } from "../../support/jobs.ts";
import { unscriptedFal } from "../../support/memory-service.ts";
import { PRICES } from "../../support/prices.ts";
import { unusedTable } from "../../support/unused-table.ts";

const secondMs = 1_000;
const minuteMs = 60 * secondMs;
const hourMs = 60 * minuteMs;
const ENDPOINT = "decart/lucy-14b/image-to-video";
const LOCKED = answered(403, { detail: "User is locked. Reason: Exhausted balance." });
const BUSY = answered(429, { detail: "slow down" });

function answered(status: number, body: object): CallOutcome {
  return { kind: "answered", status, headers: {}, body: JSON.stringify(body) };
}

/** A table in memory, made for very many jobs. */
function mapTable() {
  const rows = new Map<string, Job>();
  const state = { health: new Map<string | undefined, FalHealth>(), pause: undefined as Pause | undefined };
  const table = {
    ...unusedTable(),
    add: async (job: Job) => {
      rows.set(job.id, job);
      return { outcome: "written" } as const;
    },
    replace: async (job: Job) => {
      const current = rows.get(job.id);
      if (current?.version !== job.version - 1) return { outcome: "refused", current, isDeleted: false } as const;
      rows.set(job.id, job);
      return { outcome: "written" } as const;
    },
    read: async (id: string) => rows.get(id),
    readMany: async (ids: readonly string[]) =>
      new Map(ids.flatMap((id) => (rows.has(id) ? [[id, rows.get(id) as Job] as const] : []))),
    async *due(shard: string, at: number) {
      const due = [...rows.values()].filter((job) => job.shard === shard && (job.due_at ?? Infinity) <= at);
      due.sort((a, b) => (a.due_at ?? 0) - (b.due_at ?? 0));
      for (let start = 0; start < due.length; start += 50) yield due.slice(start, start + 50).map(({ id }) => id);
    },
    readFalHealth: async (app?: string) => state.health.get(app),
    putFalHealth: async (health: FalHealth, app?: string) => void state.health.set(app, health),
    readPause: async () => state.pause,
  };
  return { rows, state, table };
}

/** The service, a clock, and a fal whose answer to each POST the test decides. */
function scene(decide: () => Submission) {
  const { rows, state, table } = mapTable();
  const clock = { nowMs: BIRTH_MS };
  const posts: { readonly at: number; readonly id: string }[] = [];
  const now = () => clock.nowMs;
  const unused = () => Promise.reject(new Error("unexpected call"));
  const fal = {
    ...unscriptedFal,
    submitToFal: async (_access: unknown, { webhookUrl }: { readonly webhookUrl: string }) => {
      posts.push({ at: clock.nowMs, id: webhookUrl.split("/").at(-2) ?? "" });
      return decide();
    },
    statusAtFal: async () => answered(202, { status: "IN_QUEUE" }),
  };
  const service = {
    table,
    jobs: openJobs({ table, policy, now, newWriteId: randomUUID }),
    connectFal: async () => ({ fal, access: { key: "key", falEndpointUrl: undefined, privacy, routing } }),
    bucket: unused,
    prices: PRICES,
    budgets: new Map<string, number>(),
    workersPerOwner: 3,
    start: { check: unused, copy: unused, deliver: unused },
    publicUrl: "https://api.example.com",
    typicalDuration: { seconds: async () => undefined },
    policy,
    now,
    random: () => 0.5,
    randomBytes: (size: number) => new Uint8Array(size),
    newWriteId: randomUUID,
  };
  const circuitBreaker = openCircuitBreaker(service);
  const accept = (number: number, deadline_seconds = 7200) => {
    const id = randomJobId(clock.nowMs, Buffer.alloc(16, randomUUID()));
    const order = {
      id,
      owner: `owner-${number % 7}`,
      fingerprint: "",
      request: { endpoint: ENDPOINT, input: { prompt: "p", image_url: "https://example.com/a.jpg" }, deadline_seconds },
      hasOwnFileUrl: false,
      reservation: { giveBack: async () => undefined },
    };
    return recordJob({ ...service, circuitBreaker }, order, clock.nowMs + 27 * secondMs);
  };
  return { rows, state, clock, posts, accept, sweep: () => sweep(service) };
}

describe("P33: an account that is locked for six hours", () => {
  it("P33: an account that is locked for six hours loses no job, sends none twice, is probed once a minute, and its backlog drains as fast as fal accepts it", async () => {
    const perMinute = effort.backlog / 10;
    let isLocked = true;
    let acceptedInMinute = 0;
    let requests = 0;
    const {
      rows,
      clock,
      posts,
      accept,
      sweep: sweepOnce,
    } = scene(() => {
      if (isLocked) return readRefusal(LOCKED);
      if (acceptedInMinute >= perMinute) return readRefusal(BUSY);
      acceptedInMinute++;
      return { outcome: "accepted", requestId: `req-${++requests}` };
    });
    const lockMinutes = 6 * 60;
    let accepted = 0;
    for (let minute = 0; minute < lockMinutes; minute++) {
      for (; accepted < (effort.backlog * (minute + 1)) / lockMinutes; accepted++) {
        const { job } = await accept(accepted);
        expect(job).toMatchObject({ status: "submitting", error: { code: "fal_account_locked", retryable: true } });
      }
      clock.nowMs += minuteMs;
      await sweepOnce();
    }
    // The first job was sent by its caller's request, and after it one by each sweep.
    expect(posts.length).toBeLessThanOrEqual(1 + lockMinutes);
    expect(rows.size).toBe(accepted);
    isLocked = false;
    posts.length = 0;
    let minutes = 0;
    for (; [...rows.values()].some(({ status }) => status === "submitting"); minutes++) {
      acceptedInMinute = 0;
      clock.nowMs += minuteMs;
      await sweepOnce();
      expect(minutes).toBeLessThan(20);
    }
    expect(minutes).toBeLessThanOrEqual((1.1 * accepted) / perMinute);
    // After a 429 no other job is sent in this sweep, except those that are under way.
    expect(posts.length).toBeLessThanOrEqual(accepted + minutes * SWEEP_WORKERS);
    const jobs = [...rows.values()];
    expect(jobs.every((job) => isOpen(job) && job.status === "queued")).toBe(true);
    expect(new Set(jobs.map(({ request_id }) => request_id)).size).toBe(accepted);
    expect(requests).toBe(accepted);
    // Each still has the two hours that it had, but for the time before and after the lock.
    const leftMs = jobs.map(({ deadline_at }) => deadline_at - clock.nowMs);
    expect(Math.min(...leftMs)).toBeGreaterThan(2 * hourMs - (minutes + 2) * minuteMs);
  });

  it("P33: a job with a deadline of its own expires in the lock, and the clock of the others stands still for 24 hours at most", async () => {
    const { rows, clock, accept, sweep: sweepOnce } = scene(() => readRefusal(LOCKED));
    const own = await accept(0, 3_600);
    const other = await accept(1);
    const statusOf = (job: Job) => rows.get(job.id)?.status;
    const sweepAfter = async (hours: number) => {
      clock.nowMs += hours * hourMs;
      await sweepOnce();
    };
    await sweepAfter(2);
    expect([statusOf(own.job), statusOf(other.job)]).toEqual(["expired", "submitting"]);
    await sweepAfter(23.5);
    expect(statusOf(other.job)).toBe("submitting");
    await sweepAfter(1);
    expect(rows.get(other.job.id)).toMatchObject({ status: "expired", error: { code: "deadline_exceeded" } });
  });

  it("P33: a service that the operator paused accepts jobs and sends none, and after that sends all", async () => {
    let requests = 0;
    const {
      rows,
      state,
      clock,
      posts,
      accept,
      sweep: sweepOnce,
    } = scene(() => {
      return { outcome: "accepted", requestId: `req-${++requests}` };
    });
    state.pause = { since: clock.nowMs };
    for (let number = 0; number < 20; number++) {
      const { job } = await accept(number);
      expect(job).toMatchObject({ status: "submitting", error: { code: "service_paused" } });
    }
    clock.nowMs += 3 * hourMs;
    await sweepOnce();
    expect(posts).toEqual([]);
    state.pause = undefined;
    clock.nowMs += minuteMs;
    await sweepOnce();
    expect([...rows.values()].map(({ status }) => status)).toEqual(Array(20).fill("queued"));
    expect(posts).toHaveLength(20);
  });

  it("P33: what waits for fal goes out within a minute of its first good answer, however long fal was away", async () => {
    let answer: () => Submission = () => readRefusal(BUSY);
    const { rows, clock, accept, sweep: sweepOnce } = scene(() => answer());
    const jobs = await Promise.all([accept(0), accept(1), accept(2)]);
    for (let minute = 0; minute < 30; minute++) {
      answer =
        minute % 2 === 0 ? () => readRefusal(BUSY) : () => readRefusal({ kind: "not_sent", reason: "ECONNREFUSED" });
      clock.nowMs += minuteMs;
      await sweepOnce();
    }
    let requests = 0;
    answer = () => ({ outcome: "accepted", requestId: `req-${++requests}` });
    clock.nowMs += minuteMs;
    await sweepOnce();
    expect(jobs.map(({ job }) => rows.get(job.id)?.status)).toEqual(["queued", "queued", "queued"]);
  });
});
