import { UpdateCommand } from "@aws-sdk/lib-dynamodb";
import { expect, it } from "vitest";
import type { Job } from "../../../lambdas/job/job.ts";
import { SWEEP_CLAIM_MS, WAITING_MAX_JOBS, WORKER_MAX_JOBS } from "../../../lambdas/limits.ts";
import { handedOverWorker, handOver } from "../../../lambdas/table/handed-over.ts";
import { openJobTable } from "../../../lambdas/table/job-table.ts";
import { seededRandom } from "../../simulation/random.ts";
import { BIRTH_MS, birth } from "../../support/jobs.ts";
import { openMemoryTable } from "../../support/memory-table.ts";

function idOf(number: number): string {
  return `${number}`.padStart(32, "0");
}

/** An owner with one place and jobs 0 to 1199, whose work a test holds up. Jobs from 1000 on were tried before. */
async function onePlace() {
  const { client } = openMemoryTable(() => BIRTH_MS);
  const clock = { nowMs: BIRTH_MS };
  const table = openJobTable("jobs", () => clock.nowMs, client);
  for (let number = 0; number < 1200; number++) await table.add({ ...birth(), id: idOf(number) });
  const done: number[] = [];
  const state = { during: async (_number: number): Promise<unknown> => undefined };
  const isFirst = ({ id }: Job) => Number(id) < 1000;
  const work = () => async (job: Job) => {
    await state.during(Number(job.id));
    done.push(Number(job.id));
    return true;
  };
  const service = { table, workersPerOwner: 1, now: () => clock.nowMs, random: seededRandom(2).next };
  const worker = handedOverWorker(service, { kind: "deliveries", atOnce: 4, work, isFirst });
  const handOver = (...numbers: number[]) => worker({ owner: "owner-1", job_ids: numbers.map(idOf) });
  return { done, state, clock, handOver };
}

it("P30: jobs of a burst above their owner's places are worked on as soon as an earlier function is done", async () => {
  const { done, state, handOver } = await onePlace();
  state.during = async (number) => {
    if (number > 0) return;
    for (let event = 0; event < 150; event++) await handOver(event + 1);
    expect(done).toEqual([]);
  };
  await handOver(0);
  expect(done.sort((a, b) => a - b)).toEqual(Array.from({ length: 151 }, (_, number) => number));
  await handOver(200);
  expect(done).toHaveLength(152);
});

it("P27: a job that was tried before does not wait for a function that works on others", async () => {
  const { done, state, handOver } = await onePlace();
  state.during = async (number) => {
    if (number === 0) await handOver(1, 1000, 2);
  };
  await handOver(0);
  expect(done).toEqual([0, 1, 2]);
});

it("jobs that wait are not begun so late that their work could not finish, and are then left to others", async () => {
  const { done, state, clock, handOver } = await onePlace();
  state.during = async (number) => {
    if (number > 0) return;
    await handOver(1);
    clock.nowMs += SWEEP_CLAIM_MS;
  };
  await handOver(0);
  expect(done).toEqual([0]);
  await handOver(2);
  expect(done).toEqual([0, 2, 1]);
});

it("P7: jobs that were handed over are not begun so late that their work could not finish", async () => {
  const { done, state, clock, handOver } = await onePlace();
  state.during = async (number) => {
    if (number === 0) clock.nowMs += SWEEP_CLAIM_MS;
  };
  await handOver(0, 1, 2, 3, 4, 5, 6, 7);
  // Four at a time.
  expect(done.length).toBeLessThanOrEqual(4);
  await handOver(7);
  expect(done).toContain(7);
});

it("P30: jobs that were written at the same time are handed over to one invocation for each owner", async () => {
  const events: unknown[] = [];
  const record = (owner: string, id: string) => ({
    dynamodb: { Keys: { id: { S: id } }, NewImage: { owner: { S: owner } }, SequenceNumber: id },
  });
  const Records = [record("one", "a"), record("two", "b"), record("one", "c")];
  await handOver(async (event) => void events.push(event))({ Records });
  expect(events).toEqual([
    { owner: "one", job_ids: ["a", "c"] },
    { owner: "two", job_ids: ["b"] },
  ]);
});

it("jobs that wait are of a bounded number", async () => {
  const { done, state, handOver } = await onePlace();
  state.during = async (number) => {
    if (number > 0) return;
    for (let first = 1; first < 900; first += 50) await handOver(...Array.from({ length: 50 }, (_, n) => first + n));
  };
  await handOver(0);
  expect(done).toHaveLength(1 + WAITING_MAX_JOBS);
});

it("P30: jobs that wait are given to one invocation, also if another one takes as many as are added meanwhile", async () => {
  const { client } = openMemoryTable(() => BIRTH_MS);
  const plain = openJobTable("jobs", () => BIRTH_MS, client);
  const waiting = { kind: "copies", owner: "owner-1" } as const;
  const ids = (first: number) => Array.from({ length: WORKER_MAX_JOBS }, (_, number) => idOf(first + number));
  const taken: string[] = [];
  let isFirst = true;
  const racing = openJobTable("jobs", () => BIRTH_MS, {
    async send(command: unknown) {
      if (isFirst && command instanceof UpdateCommand) {
        isFirst = false;
        taken.push(...(await plain.takeWaiting(waiting)));
        await plain.addWaiting(waiting, ids(1000));
      }
      return client.send(command);
    },
  });
  await plain.addWaiting(waiting, ids(0));
  await plain.addWaiting(waiting, ids(500));
  taken.push(...(await racing.takeWaiting(waiting)));
  for (let more = await plain.takeWaiting(waiting); more.length > 0; more = await plain.takeWaiting(waiting))
    taken.push(...more);
  expect(taken.sort()).toEqual([...ids(0), ...ids(500), ...ids(1000)].sort());
});
