import type { Job } from "../lambdas/job/job.ts";
import type { Installation } from "./connect.ts";
import { pause, pauseTakesSeconds } from "./pause-item.ts";
import { type ReadCount, selectJobs } from "./where.ts";

const pollMs = 5_000;

export interface Drain {
  readonly installation: Installation;
  readonly reason: string;
  readonly timeoutMs: number;
  /** Epoch milliseconds. */
  readonly now: () => number;
  readonly wait: (ms: number) => Promise<unknown>;
  /** Called before each wait, with the number of jobs that fal has. */
  readonly progress: (atFal: number) => void;
}

/** How many jobs fal still has or may have, and how many wait for the service to go on. */
export interface Drained {
  readonly left: number;
  readonly waiting: number;
}

/**
 * Pauses the service, and waits until fal has none of its jobs any more, or until the time is up. A function may still
 * send jobs for some seconds after a pause, so what is read before that proves nothing.
 */
export async function drain({ installation, reason, timeoutMs, now, wait, progress }: Drain): Promise<Drained> {
  const until = now() + timeoutMs;
  const { since } = await pause(installation, reason, now());
  const inForceAt = since + pauseTakesSeconds * 1000;
  for (;;) {
    const isInForce = now() >= inForceAt;
    const drained = await countJobs(installation);
    if ((drained.left === 0 && isInForce) || now() >= until) return drained;
    progress(drained.left);
    await wait(isInForce ? pollMs : inForceAt - now());
  }
}

async function countJobs(installation: Installation): Promise<Drained> {
  const read: ReadCount = { rows: 0, by: "the index of due jobs" };
  let left = 0;
  for await (const { jobs } of selectJobs(installation, { status: ["submitting", "queued", "running"] }, read))
    left += jobs.filter(isAtFal).length;
  return { left, waiting: read.rows - left };
}

/** Whether fal has the job, or may have it. */
function isAtFal({ status, attempt }: Pick<Job, "status" | "attempt">): boolean {
  return status !== "submitting" || (attempt !== undefined && attempt.outcome !== "refused");
}
