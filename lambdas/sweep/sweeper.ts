import type { Policy } from "../job/event.ts";
import type { Job } from "../job/job.ts";
import type { OutcomeRecorder } from "../settle/record-outcome.ts";
import type { Submitter } from "../submit/attempt.ts";
import type { JobTable } from "../table/job-table.ts";
import type { TypicalDuration } from "../table/typical-duration.ts";
import type { HandOver, Starters } from "./hand-over.ts";

/** What the check of a job at fal needs. */
export interface Checker extends Submitter, OutcomeRecorder {
  readonly table: Pick<JobTable, "due" | "read" | "readMany" | "readFalHealth" | "putFalHealth" | "readPause">;
  readonly policy: Policy;
  readonly typicalDuration: Pick<TypicalDuration, "seconds">;
  /** From 0 to 1. */
  readonly random: () => number;
}

/** The collaborators and settings of the sweep. */
export interface Sweeper extends Checker {
  readonly start: Starters;
  /** How many functions are started for one owner, for each kind of work (rule P30). */
  readonly workersPerOwner: number;
}

/** State shared within one sweep. */
export interface SweepContext {
  /** Set after a 429 from fal: the remaining open jobs wait for the next sweep. */
  slowDown: boolean;
  /** Set when fal takes no more submissions: the jobs that wait for it are sent by the next sweep. */
  submitsNoMore: boolean;
  readonly findSubmission: SubmissionFinder;
  readonly handOver: HandOver;
}

/** Looks for lost submissions in fal's history. */
export interface SubmissionFinder {
  /** Reads the history that a job needs, once. Returns the end of the reading while it is under way. Never rejects. */
  reading(job: Job): Promise<void> | undefined;
  /** The request id of a lost submission, if the history that was read shows it with certainty. */
  find(job: Job): string | undefined;
}

/** Work on a job that waits for something that others need, too. No worker waits for that: it is done after it. */
export interface Later {
  readonly after?: Promise<unknown> | undefined;
}
