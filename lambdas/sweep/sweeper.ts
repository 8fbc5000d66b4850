import type { Policy } from "../job/event.ts";
import type { Job } from "../job/job.ts";
import type { OutcomeRecorder } from "../settle/record-outcome.ts";
import type { Submitter } from "../submit/attempt.ts";
import type { JobTable } from "../table/job-table.ts";
import type { HandOver, Starters } from "./hand-over.ts";

/** What the check of a job at fal needs. */
export interface Checker extends Submitter, OutcomeRecorder {
  readonly table: Pick<JobTable, "due" | "read" | "readMany" | "readFalHealth" | "putFalHealth">;
  readonly policy: Policy;
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
  /** The request id of a lost submission, if fal's history shows it with certainty. */
  readonly findSubmission: (job: Job) => Promise<string | undefined>;
  readonly handOver: HandOver;
}
