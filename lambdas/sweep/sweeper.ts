import type { Archiver } from "../archive/archive-video.ts";
import type { Deliverer } from "../deliver/deliver-job.ts";
import type { Policy } from "../job/event.ts";
import type { Job } from "../job/job.ts";
import type { OutcomeRecorder } from "../settle/record-outcome.ts";
import type { Submitter } from "../submit/attempt.ts";
import type { JobTable } from "../table/job-table.ts";

/** The collaborators and settings of the sweep. */
export interface Sweeper extends Submitter, OutcomeRecorder, Archiver, Deliverer {
  readonly table: Pick<JobTable, "due" | "read">;
  readonly policy: Policy;
}

/** State shared within one sweep. */
export interface SweepContext {
  /** Set after a 429 from fal: the remaining open jobs wait for the next sweep. */
  slowDown: boolean;
  /** The request id of a lost submission, if fal's history shows it with certainty. */
  readonly findSubmission: (job: Job) => Promise<string | undefined>;
  /** No work starts after this time, epoch milliseconds (rule P7). */
  readonly claimUntil: number;
  /** Hosts that did not answer a callback in time. */
  readonly slowHosts: Set<string>;
}
