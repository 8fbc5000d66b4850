import type { Archiver } from "../archive/archive-video.ts";
import type { Deliverer } from "../deliver/deliver-job.ts";
import type { Policy } from "../job/event.ts";
import type { Job } from "../job/job.ts";
import type { OutcomeRecorder } from "../settle/record-outcome.ts";
import type { Submitter } from "../submit/attempt.ts";
import type { JobTable } from "../table/job-table.ts";

/** Everything the sweep works with. */
export interface Sweeper extends Submitter, OutcomeRecorder, Archiver, Deliverer {
  readonly table: Pick<JobTable, "due" | "read">;
  readonly policy: Policy;
}

/** What is shared within one sweep. */
export interface SweepContext {
  /** Raised when fal says 429: what is left waits for the next sweep. */
  slowDown: boolean;
  /** The request id of a lost submission, when fal's history tells it beyond doubt. */
  readonly findSubmission: (job: Job) => Promise<string | undefined>;
  /** No work is begun later than this, epoch milliseconds (rule P7). */
  readonly claimUntil: number;
  /** Receivers of callbacks that do not answer in time. */
  readonly slowHosts: Set<string>;
}
