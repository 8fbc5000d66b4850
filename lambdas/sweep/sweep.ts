import { type Lane, shardsOf } from "../job/due.ts";
import {
  SWEEP_CLAIM_MS,
  SWEEP_OPEN_LANE_MS,
  SWEEP_SETTLED_LANE_MIN_MS,
  SWEEP_SETTLED_WORKERS,
  SWEEP_WORKERS,
} from "../limits.ts";
import { logError } from "../log.ts";
import { openCircuitBreaker } from "../submit/circuit-breaker.ts";
import { type DueInTurn, dueInTurn } from "./due-in-turn.ts";
import { submissionFinder } from "./find-submission.ts";
import { openHandOver } from "./hand-over.ts";
import { lookAfter } from "./look-after.ts";
import type { SweepContext, Sweeper } from "./sweeper.ts";

/**
 * One sweep: processes every due job, the longest due first and open jobs before settled ones (rule P8), until none is
 * left or the time is up. Throws if jobs could not be listed. Overlapping sweeps are harmless: each job is claimed by a
 * conditional write (rule P7).
 */
export async function sweep(collaborators: Omit<Sweeper, "circuitBreaker">): Promise<void> {
  const startedAt = collaborators.now();
  // Each sweep's first submission is a probe, so that an outage causes one unknown outcome per minute and not one per
  // job (rule P17). The table tells other instances what it found.
  const service: Sweeper = { ...collaborators, circuitBreaker: openCircuitBreaker(collaborators, true) };
  const lanes = [
    ["open", SWEEP_WORKERS, startedAt + SWEEP_OPEN_LANE_MS, 0],
    ["settled", SWEEP_SETTLED_WORKERS, startedAt + SWEEP_CLAIM_MS, SWEEP_SETTLED_LANE_MIN_MS],
  ] as const;
  const context: SweepContext = {
    slowDown: false,
    submitsNoMore: false,
    findSubmission: submissionFinder(service, startedAt + SWEEP_OPEN_LANE_MS),
    handOver: openHandOver(service.start, service.workersPerOwner),
  };
  const failures: unknown[] = [];
  for (const [lane, workers, end, minMs] of lanes) {
    const until = Math.max(end, service.now() + minMs);
    failures.push(...(await sweepLane(service, context, lane, workers, until)));
    await context.handOver.flush();
  }
  if (failures.length > 0) throw new AggregateError(failures, "some of the due jobs could not be listed");
}

/**
 * Returns the errors of shards that could not be listed, after all workers have ended: nothing may be in flight when the
 * sweep ends, even if it fails (rule P10).
 */
async function sweepLane(
  service: Sweeper,
  context: SweepContext,
  lane: Lane,
  workerCount: number,
  until: number,
): Promise<unknown[]> {
  const due = dueInTurn(service.table, shardsOf(lane), service.now());
  // After a 429 from fal, jobs that need a call to fal wait for the next sweep; videos and callbacks do not.
  const mayContinue = () => service.now() < until && !(lane === "open" && context.slowDown);
  const workers = Array.from({ length: workerCount }, () => work(service, context, due, mayContinue));
  await Promise.all(workers);
  return due.close();
}

/** Processes jobs from the list that all workers share. A failed job waits for its lease to end and affects no other job. */
async function work(
  service: Sweeper,
  context: SweepContext,
  due: DueInTurn,
  mayContinue: () => boolean,
): Promise<void> {
  while (mayContinue()) {
    const job = await due.next();
    // The list may have taken long.
    if (job === undefined || !mayContinue()) return;
    try {
      const { after } = await lookAfter(service, context, job.id);
      if (after) due.postpone(job, after);
    } catch (error) {
      logError("processing a due job failed", error, { job_id: job.id });
    }
  }
}
