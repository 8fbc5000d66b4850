import { isOpen, type Job } from "../job/job.ts";
import { WAIT_RESERVE_MS } from "../limits.ts";
import { logError } from "../log.ts";
import type { JobTable } from "./job-table.ts";
import { readPauseMs } from "./read-pause.ts";
import type { TypicalDuration } from "./typical-duration.ts";

export interface Waiter {
  readonly table: Pick<JobTable, "read" | "takeLease" | "releaseLease">;
  /** How many requests of one owner may wait at once (rule P30). */
  readonly waitsPerOwner: number;
  readonly typicalDuration: Pick<TypicalDuration, "seconds">;
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** From 0 to 1. */
  readonly random: () => number;
  readonly pause: (ms: number) => Promise<void>;
}

/** The job after a wait; undefined if it was deleted meanwhile. */
export interface Waited {
  readonly job: Job | undefined;
  /** False: enough other requests of the owner wait, so this one is answered at once. */
  readonly hasWaited: boolean;
}

/**
 * Waits until the job has settled or the time is up: after `waitSeconds` at most, and early enough to respond (rule
 * A5). A failed read does not end the wait: the last known state is the answer.
 */
export async function settledWithin(service: Waiter, job: Job, waitSeconds: number, answerBy: number): Promise<Waited> {
  if (!isOpen(job)) return { job, hasWaited: true };
  const until = Math.min(service.now() + waitSeconds * 1000, answerBy - WAIT_RESERVE_MS);
  const { waitsPerOwner: limit, random } = service;
  const request = { kind: "waits", owner: job.owner, limit, until: answerBy, random } as const;
  const lease = await service.table.takeLease(request).catch((error: unknown) => {
    logError("a caller cannot wait, because its place could not be taken", error, { job_id: job.id });
  });
  if (lease === undefined) return { job, hasWaited: false };
  const settled = await poll(service, job, until);
  await service.table.releaseLease(lease).catch((error: unknown) => {
    logError("a place for waiting could not be given back", error, { job_id: job.id });
  });
  return { job: settled, hasWaited: true };
}

async function poll(service: Waiter, job: Job, until: number): Promise<Job | undefined> {
  const typicalSeconds = await service.typicalDuration.seconds(job.endpoint);
  let current: Job | undefined = job;
  while (current !== undefined && isOpen(current) && service.now() < until) {
    await service.pause(Math.min(readPauseMs(current, typicalSeconds, service.now()), until - service.now()));
    current = await service.table.read(job.id).catch((error: unknown) => unread(error, current));
  }
  return current;
}

function unread(error: unknown, known: Job | undefined): Job | undefined {
  logError("a job could not be read while a caller waits for it", error, { job_id: known?.id });
  return known;
}
