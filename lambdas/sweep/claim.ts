import type { Archiver } from "../archive/archive-video.ts";
import type { Deliverer } from "../deliver/deliver-job.ts";
import type { JobEvent } from "../job/event.ts";
import type { Job } from "../job/job.ts";
import type { OutcomeRecorder } from "../settle/record-outcome.ts";
import type { Submitter } from "../submit/attempt.ts";
import { advance, claim as claimJob } from "../table/advance.ts";

/** Everything the sweep works with. */
export interface Sweeper extends Submitter, OutcomeRecorder, Archiver, Deliverer {}

/** What is shared within one sweep. */
export interface Turn {
  /** Raised when fal says 429: what is left waits for the next sweep. */
  slowDown: boolean;
  /** The request id of a lost submission, when fal's history tells it beyond doubt. */
  readonly findSubmission: (job: Job) => Promise<string | undefined>;
  /** No work is begun later than this, epoch milliseconds (rule P7). */
  readonly claimUntil: number;
  /** Receivers of callbacks that do not answer in time. */
  readonly deadHosts: Set<string>;
}

type SweepEvent = JobEvent extends infer E ? (E extends JobEvent ? Omit<E, "at" | "by"> : never) : never;

/** Takes a job for this sweep alone: one conditional write, and undefined when somebody else was faster (rule P7). */
export function claim(service: Sweeper, job: Job, event: SweepEvent): Promise<Job | undefined> {
  const full = { at: service.now(), by: "sweep", ...event } as JobEvent;
  return claimJob(service.table, job, full, service.policy, service.newWriteId);
}

/** Stores what the sweep learned of a job, on top of whatever others wrote meanwhile. */
export function record(service: Sweeper, job: Job, event: SweepEvent): Promise<Job | undefined> {
  const full = { at: service.now(), by: "sweep", ...event } as JobEvent;
  return advance(service.table, job, full, service.policy, service.newWriteId);
}
