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
  readonly table: Pick<JobTable, "read" | "takeLease" | "releaseLease">;
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
}

/**
 * Works through jobs that were handed over. If enough functions work for their owner already, it does nothing: the jobs
 * stay due, and the next sweep hands them over again (rule P30). No job is begun so late that its work could not finish.
 */
export function handedOverWorker(
  { table, workersPerOwner, now, random }: HandedOverWorker,
  { kind, atOnce, work }: WorkOptions,
) {
  return async ({ owner, job_ids }: HandedOver): Promise<void> => {
    const claimUntil = now() + SWEEP_CLAIM_MS;
    const until = claimUntil + SWEEP_WORK_MAX_MS;
    const lease = await table.takeLease({ kind, owner, limit: workersPerOwner, until, random });
    if (lease === undefined) return;
    const workOn = work();
    const once = async (id: string): Promise<boolean> => {
      const job = now() < claimUntil ? await table.read(id) : undefined;
      return job === undefined || workOn(job);
    };
    const limit = pLimit(atOnce);
    await Promise.all(
      job_ids.map((id) =>
        limit(async () => {
          try {
            // Another step of the same job may change the row in between.
            for (let tries = 0; tries < WRITE_CONFLICT_MAX_TRIES && !(await once(id)); tries++);
          } catch (error) {
            logError("work on a job failed", error, { job_id: id });
          }
        }),
      ),
    );
    await table.releaseLease(lease).catch((error: unknown) => logError("a lease could not be released", error));
  };
}
