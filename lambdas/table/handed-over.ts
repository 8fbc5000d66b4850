import type { DynamoDBBatchResponse, DynamoDBRecord, DynamoDBStreamEvent } from "aws-lambda";
import pLimit from "p-limit";
import type { StartFunction } from "../aws/start-function.ts";
import type { Job } from "../job/job.ts";
import { SWEEP_CLAIM_MS, SWEEP_WORK_MAX_MS, WRITE_CONFLICT_MAX_TRIES } from "../limits.ts";
import { logError } from "../log.ts";
import type { JobTable } from "./job-table.ts";
import type { LeaseKind } from "./leases.ts";

/** Jobs of one owner that a function works on in an invocation of their own (rules P27, P30). */
export interface HandedOver {
  readonly owner: string;
  readonly job_ids: readonly string[];
}

/**
 * Handles records of the table's stream (rule A12): hands the jobs that were written over, one invocation per owner, so
 * that the jobs of one owner never wait for another owner's. Records that could not be handed over are reported as
 * failed, so that Lambda sends them again.
 */
export function handOver(start: StartFunction) {
  return async ({ Records }: DynamoDBStreamEvent): Promise<DynamoDBBatchResponse> => {
    const owners = new Map<string, DynamoDBRecord[]>();
    for (const record of Records) {
      const owner = record.dynamodb?.NewImage?.owner?.S;
      if (owner !== undefined) owners.set(owner, [...(owners.get(owner) ?? []), record]);
    }
    const failures = await Promise.all(
      [...owners].map(async ([owner, records]) => {
        try {
          const ids = new Set(records.map(({ dynamodb }) => dynamodb?.Keys?.id?.S ?? ""));
          await start({ owner, job_ids: [...ids] } satisfies HandedOver);
          return [];
        } catch (error) {
          logError("changed jobs could not be handed over", error);
          return records.map(({ dynamodb }) => ({ itemIdentifier: dynamodb?.SequenceNumber ?? "" }));
        }
      }),
    );
    return { batchItemFailures: failures.flat() };
  };
}

/**
 * A function that the table's stream invokes, and that then invokes itself: `start` invokes it with jobs that were
 * handed over, and `work` works on them.
 */
export function streamWorker<Result>(start: StartFunction, work: (event: HandedOver) => Promise<Result>) {
  const fromStream = handOver(start);
  return (event: DynamoDBStreamEvent | HandedOver) => ("Records" in event ? fromStream(event) : work(event));
}

/** Works on one job, as it is in the table now. False: another invocation was faster, and the row must be read again. */
export type JobWork = (job: Job) => Promise<boolean>;

export interface HandedOverWorker {
  readonly table: Pick<JobTable, "read" | "takeLease" | "releaseLease" | "addWaiting" | "takeWaiting">;
  /** How many invocations work for one owner at the same time, for each kind of work (rule P30). */
  readonly workersPerOwner: number;
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** From 0 to 1. */
  readonly random: () => number;
}

interface WorkOptions {
  readonly kind: LeaseKind;
  /** Jobs that are worked on at the same time. */
  readonly atOnce: number;
  /** Called once for each invocation, so that the work may remember something during it. */
  readonly work: () => JobWork;
  /**
   * Whether a job was never worked on. Only such a one may wait for another invocation, because one whose last attempt
   * recorded nothing gets an invocation of its own (rule P27). Without it, all are left to the sweep.
   */
  readonly isFirst?: (job: Job) => boolean;
}

/**
 * Works through jobs that were handed over. If enough functions work for their owner already, the jobs wait until one of
 * these is done, or until the next sweep hands them over again (rule P30). No job is begun so late that its work could
 * not finish.
 */
export function handedOverWorker(service: HandedOverWorker, options: WorkOptions) {
  const { table, workersPerOwner: limit, now, random } = service;
  const { kind, isFirst } = options;
  return async ({ owner, job_ids }: HandedOver): Promise<void> => {
    const claimUntil = now() + SWEEP_CLAIM_MS;
    const until = claimUntil + SWEEP_WORK_MAX_MS;
    const lease = await table.takeLease({ kind, owner, limit, until, random });
    if (lease === undefined) {
      if (isFirst) await table.addWaiting({ kind, owner }, job_ids).catch(leftToSweep);
      return;
    }
    const workThrough = openWorker(service, options, claimUntil);
    await workThrough(job_ids, () => true);
    while (isFirst && now() < claimUntil) {
      const waiting = await table.takeWaiting({ kind, owner }).catch(leftToSweep);
      if (waiting.length === 0) break;
      await workThrough(waiting, isFirst);
    }
    await table.releaseLease(lease).catch((error: unknown) => logError("a lease could not be released", error));
  };
}

/** Works on the jobs with these ids that match, and logs what fails. */
function openWorker({ table, now }: HandedOverWorker, { atOnce, work }: WorkOptions, claimUntil: number) {
  const workOn = work();
  const limit = pLimit(atOnce);
  return async (ids: readonly string[], matches: (job: Job) => boolean): Promise<void> => {
    const once = async (id: string): Promise<boolean> => {
      const job = now() < claimUntil ? await table.read(id) : undefined;
      return job === undefined || !matches(job) || workOn(job);
    };
    const persistently = async (id: string) => {
      try {
        // Another step of the same job may change the row in between.
        for (let tries = 0; tries < WRITE_CONFLICT_MAX_TRIES && !(await once(id)); tries++);
      } catch (error) {
        logError("work on a job failed", error, { job_id: id });
      }
    };
    await Promise.all(ids.map((id) => limit(() => persistently(id))));
  };
}

function leftToSweep(error: unknown): readonly string[] {
  logError("jobs that wait for a place are left to the sweep", error);
  return [];
}
