import type { Actor, Billed, Delivery, DeliveryEntry, JobError, JobResult, VideoFile } from "./job.ts";

/** Something that happened to a job. All times are epoch milliseconds. */
export type JobEvent = { readonly at: number; readonly by: Actor } & (
  | SubmissionEvent
  | LookEvent
  | OutcomeEvent
  | ArchiveEvent
  | DeliveryEvent
  | CancelEvent
);

/** What becomes of sending the job to fal; `attempt` numbers the POST that it is about. */
export type SubmissionEvent =
  | {
      readonly type: "attempt_started";
      readonly bodyDigest: string;
      readonly tokenHash: string;
      readonly lookAt: number;
    }
  | { readonly type: "accepted"; readonly requestId: string }
  | { readonly type: "not_accepted"; readonly attempt: number; readonly error: JobError; readonly backoffMs: number }
  | { readonly type: "input_refused"; readonly attempt: number; readonly error: JobError }
  | { readonly type: "unknown"; readonly attempt: number; readonly error: JobError }
  /** A webhook that carried no result (rule P5). */
  | { readonly type: "confirmed"; readonly requestId: string }
  /** Found in fal's history, unmistakably ours (rule P13). */
  | { readonly type: "adopted"; readonly requestId: string }
  /** fal gave up before it started: certainly never run, so it may be sent again (rule P12). */
  | { readonly type: "start_timed_out"; readonly error: JobError; readonly backoffMs: number };

/** What the sweep does and sees when it looks after a job. */
export type LookEvent =
  /** The sweep takes the job for itself until `lookAt` (rule P7). */
  | { readonly type: "claimed"; readonly lookAt: number }
  | {
      readonly type: "looked";
      readonly lookAt: number;
      readonly isRunning?: boolean;
      readonly error?: JobError | undefined;
    }
  | { readonly type: "nothing_left" };

/** How a job ends. */
export type OutcomeEvent =
  | {
      readonly type: "succeeded";
      readonly requestId?: string | undefined;
      readonly result: JobResult;
      /** Where the video lies with us already, because it came inline. */
      readonly videoKey?: string | undefined;
      /** What fal says that it bills. */
      readonly billed?: Billed | undefined;
    }
  | { readonly type: "failed"; readonly requestId?: string | undefined; readonly error: JobError }
  | { readonly type: "canceled"; readonly requestId?: string | undefined; readonly error?: JobError | undefined }
  | { readonly type: "window_passed"; readonly error: JobError }
  | { readonly type: "deadline_passed"; readonly error: JobError };

/** What becomes of copying a settled job's video to our own storage. */
export type ArchiveEvent =
  /** One archiver takes the job for itself until `lookAt` (rule P7). */
  | { readonly type: "archive_claimed"; readonly lookAt: number }
  | { readonly type: "archive_failed"; readonly retryAt: number }
  | { readonly type: "archived"; readonly videoKey: string; readonly file: VideoFile }
  | { readonly type: "archive_abandoned" };

/** Telling the world that the job has settled. */
export type DeliveryEvent =
  /** One deliverer takes the job for itself until `lookAt` (rule P7); the bodies are what it sends if nothing was sent before. */
  | {
      readonly type: "delivery_claimed";
      readonly lookAt: number;
      readonly body: string;
      readonly callbackBody?: string | undefined;
    }
  | {
      readonly type: "delivery_told";
      /** That of the claim. */
      readonly round?: number | undefined;
      /** Until when the claim had the job for itself: by this the claim is known (rule P2). */
      readonly lease: number | undefined;
      /** The POST that was made, if one was. */
      readonly entry?: DeliveryEntry | undefined;
      readonly isPublished: boolean;
      readonly ended?: Delivery["ended"];
      /** When to go on; undefined: there is nothing left to tell. */
      readonly retryAt: number | undefined;
    }
  | { readonly type: "redelivery_requested" };

export type CancelEvent =
  | { readonly type: "cancel_requested" }
  | { readonly type: "cancel_answered"; readonly answer: "acknowledged" | "too_late" };

/** The settings that the lifecycle depends on. */
export interface Policy {
  /** First look at fal after submitting. */
  readonly firstCheckMs: number;
  /** How long an unconfirmed submission is looked for. */
  readonly submissionWindowMs: number;
  /** How long a settled job is kept. */
  readonly retentionMs: number;
  /** Whether the video of each job is copied to our own storage. */
  readonly archivesVideos: boolean;
}
