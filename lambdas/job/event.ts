import type { Actor, JobError, JobResult } from "./job.ts";

/** Something that happened to a job. `at` is epoch milliseconds. */
export type JobEvent = { readonly at: number; readonly by: Actor } & (
  | {
      readonly type: "attempt_started";
      readonly bodyDigest: string;
      readonly tokenHash: string;
      readonly lookAt: number;
    }
  | { readonly type: "accepted"; readonly requestId: string }
  | { readonly type: "not_accepted"; readonly error: JobError; readonly backoffMs: number }
  | { readonly type: "input_refused"; readonly error: JobError }
  | { readonly type: "unknown"; readonly error: JobError }
  | { readonly type: "confirmed"; readonly requestId: string }
  | { readonly type: "running" }
  | { readonly type: "cancel_requested" }
  | { readonly type: "succeeded"; readonly requestId?: string | undefined; readonly result: JobResult }
  | { readonly type: "failed"; readonly requestId?: string | undefined; readonly error: JobError }
  | { readonly type: "canceled"; readonly requestId?: string | undefined; readonly error: JobError }
  | { readonly type: "window_passed"; readonly error: JobError }
  | { readonly type: "deadline_passed"; readonly error: JobError }
);

/** How patient the service is; all in milliseconds, all settings. */
export interface Patience {
  /** First look at fal after submitting. */
  readonly firstCheckMs: number;
  /** How long an unconfirmed submission is looked for. */
  readonly submissionWindowMs: number;
  /** How long a settled job is kept. */
  readonly retentionMs: number;
}
