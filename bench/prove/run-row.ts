import { setTimeout as delay } from "node:timers/promises";
import pLimit from "p-limit";
import type { FalEmulator } from "../../local/fal/emulator.ts";
import type { Ending } from "./caller.ts";
import { holdAnswers, setFaults } from "./fal.ts";
import type { Job } from "./plan.ts";
import type { Program } from "./row.ts";
import { type Tally, tallyUp } from "./tally.ts";

const jobsAtOnce = 100;
/** Callers come one after the other: a flood would measure the machine's limits. */
const arrivalMs = 40;
const pollMs = 200;
/** A service that sends no POST for a job is killed all the same. */
const postsPatienceMs = 8_000;

/** Runs all jobs through a program, against an emulator that has no other jobs, and counts. */
export async function runRow(program: Program, jobs: readonly Job[], emulator: FalEmulator): Promise<Tally> {
  const { killAndRestart } = program;
  const dies = ({ plan }: Job) => killAndRestart !== undefined && plan.crash === "submitting";
  await holdAnswers(emulator, jobs.filter(dies));
  await setFaults(emulator, jobs);
  const endings = new Map<Job, Ending>();
  const turn = pLimit(jobsAtOnce);
  const runAll = (some: readonly Job[]) =>
    Promise.all(
      some.map(async (job, index) => {
        await delay(index * arrivalMs);
        await turn(async () => endings.set(job, await program.run(job)));
      }),
    );
  await runAll(jobs.filter((job) => !dies(job)));
  // A real service is killed as a whole, once: while fal has the POSTs of all these jobs and has not answered.
  const dying = jobs.filter(dies);
  const ended = runAll(dying);
  if (killAndRestart && dying.length > 0) {
    await untilPosted(emulator, dying);
    await killAndRestart();
  }
  await ended;
  await untilRendered(emulator);
  const tally = tallyUp(jobs, endings, emulator.ledger());
  await emulator.reset();
  return tally;
}

async function untilPosted(emulator: FalEmulator, jobs: readonly Job[]): Promise<void> {
  const prompts = new Set(jobs.map(({ prompt }) => prompt));
  const until = Date.now() + postsPatienceMs;
  const posted = () =>
    emulator.ledger().requests.filter(({ input }) => prompts.has((input as { prompt: string }).prompt)).length;
  while (posted() < jobs.length && Date.now() < until) await delay(pollMs);
}

/** Renders that nobody waits for are billed as well. */
async function untilRendered(emulator: FalEmulator): Promise<void> {
  while (emulator.ledger().requests.some(({ status }) => status !== "COMPLETED")) await delay(pollMs);
}
