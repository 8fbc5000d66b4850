import type { JobEvent, Policy, UnstampedEvent } from "../job/event.ts";
import type { Actor, Job } from "../job/job.ts";
import { transition } from "../job/transition.ts";
import { WRITE_CONFLICT_MAX_TRIES } from "../limits.ts";
import type { BlindSettle } from "./blind-settle.ts";
import type { JobTable, Written } from "./job-table.ts";

/**
 * Writes every change of a job that is in the table. It adds the time and the actor to each event, and an id to each
 * write.
 */
export interface Jobs {
  /**
   * Applies an event to exactly the version of the job that was read. Undefined if another writer was faster, or if
   * nothing changes (rules P1, P7).
   */
  claim(job: Job, by: Actor, event: UnstampedEvent): Promise<Job | undefined>;
  /**
   * Applies an event to a job and stores the result. If another writer was faster, the event is applied to the current
   * row: of two racing writers, exactly one wins each version (rule P1). Returns the stored job; undefined if it no
   * longer exists.
   */
  advance(job: Job, by: Actor, event: UnstampedEvent): Promise<Job | undefined>;
  /** Settles a job without reading it first (rule P1). */
  settle(settle: Omit<BlindSettle, "at" | "write_id" | "policy">): Promise<Written>;
}

/** What the writer needs. */
export interface JobsParams {
  readonly table: Pick<JobTable, "replace" | "settle">;
  readonly policy: Policy;
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** Random, new for every write (rule P2). */
  readonly newWriteId: () => string;
}

/** Opens the writer over a table. */
export function openJobs({ table, policy, now, newWriteId }: JobsParams): Jobs {
  const stamped = (by: Actor, event: UnstampedEvent): JobEvent => ({ ...event, at: now(), by });
  return {
    async claim(job, by, event) {
      const moved = transition(job, stamped(by, event), policy);
      if (moved === job) return undefined;
      const next = { ...moved, version: job.version + 1, write_id: newWriteId() };
      const written = await table.replace(next);
      return written.outcome === "written" ? next : undefined;
    },
    async advance(job, by, event) {
      const happened = stamped(by, event);
      let current = job;
      for (let tries = 0; tries < WRITE_CONFLICT_MAX_TRIES; tries++) {
        const moved = transition(current, happened, policy);
        if (moved === current) return current;
        const next = { ...moved, version: current.version + 1, write_id: newWriteId() };
        const written = await table.replace(next);
        if (written.outcome === "written") return next;
        if (written.current === undefined) return undefined;
        current = written.current;
      }
      throw new Error(`Job ${job.id} changed ${WRITE_CONFLICT_MAX_TRIES} times in a row while it was being updated.`);
    },
    settle: (settle) => table.settle({ ...settle, at: now(), write_id: newWriteId(), policy }),
  };
}
