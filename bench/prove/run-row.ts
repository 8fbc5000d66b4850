import { setTimeout as delay } from "node:timers/promises";
import pLimit from "p-limit";
import type { FalEmulator } from "../../local/fal/emulator.ts";
import { setFaults } from "./fal.ts";
import type { Job } from "./plan.ts";
import type { Row } from "./row.ts";
import { type Tally, tallyUp } from "./tally.ts";

const jobsAtOnce = 250;
const settlePollMs = 200;

/** Runs all jobs of a row against an emulator that has no other jobs, and counts. */
export async function runRow(row: Row, jobs: readonly Job[], emulator: FalEmulator): Promise<Tally> {
  await setFaults(emulator, jobs);
  const program = await row.open({ falUrl: emulator.url });
  try {
    const turn = pLimit(jobsAtOnce);
    const endings = await Promise.all(jobs.map((job) => turn(() => program.run(job))));
    await untilRendered(emulator);
    return tallyUp(jobs, endings, emulator.ledger());
  } finally {
    await program.close();
    await emulator.reset();
  }
}

/** Renders that nobody waits for are billed as well. */
async function untilRendered(emulator: FalEmulator): Promise<void> {
  while (emulator.ledger().requests.some(({ status }) => status !== "COMPLETED")) await delay(settlePollMs);
}
