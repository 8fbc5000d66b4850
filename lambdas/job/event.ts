import type { Actor, Billed, Delivery, DeliveryEntry, JobError, JobResult, VideoFile } from "./job.ts";

/** Something that happened to a job. All times are epoch milliseconds. */
export type JobEvent = { readonly at: number; readonly by: Actor } & UnstampedEvent;

/** An event without its time and its actor, which the writer adds. */
export type UnstampedEvent =
  | SubmissionEvent
  | LookEvent
  | OutcomeEvent
  | ArchiveEvent
  | DeliveryEvent
  | CancelEvent
  | BillEvent;

/** The steps of sending a job to fal. `attempt` is the number of the POST. */
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
  /** It was not sent, because the service as a whole waits (rule P33). */
  | { readonly type: "waiting"; readonly error: JobError }
  /** A webhook that carried no result (rule P5). */
  | { readonly type: "confirmed"; readonly requestId: string }
  /** Found in fal's history, and certainly this job's request (rule P13). */
  | { readonly type: "adopted"; readonly requestId: string }
  /** fal gave up before it started the request: it certainly never ran, so it may be sent again (rule P12). */
  | { readonly type: "start_timed_out"; readonly error: JobError; readonly backoffMs: number };

/** What the sweep does and finds when it checks a job. */
export type LookEvent =
  /** The sweep holds the job exclusively until `lookAt` (rule P7). */
  | { readonly type: "claimed"; readonly lookAt: number }
  | {
      readonly type: "looked";
      readonly lookAt: number;
      readonly isRunning?: boolean;
      /** It runs for much longer than is typical for its endpoint. */
      readonly isOverdue?: boolean;
      /** The result is too large for the sweep to read. */
      readonly isLarge?: boolean;
      readonly error?: JobError | undefined;
    }
  /** A reader saw that fal is further than the row says: the next check is due now. */
  | { readonly type: "check_requested" }
  /** A reader saw that fal has started the request. */
  | { readonly type: "start_seen" }
  | { readonly type: "nothing_left" };

/** How a job ends. */
export type OutcomeEvent =
  | {
      readonly type: "succeeded";
      readonly requestId?: string | undefined;
      readonly result: JobResult;
      /** S3 key of the video, if it came inline and is stored already. */
      readonly videoKey?: string | undefined;
      /** What fal reports that it bills. */
      readonly billed?: Billed | undefined;
    }
  | { readonly type: "failed"; readonly requestId?: string | undefined; readonly error: JobError }
  | { readonly type: "canceled"; readonly requestId?: string | undefined; readonly error?: JobError | undefined }
  /** An inline video is about to be read and stored. It counts as unrecorded until one of these events follows (rule P27). */
  | { readonly type: "inline_claimed" }
  | { readonly type: "inline_failed" }
  | { readonly type: "window_passed"; readonly error: JobError }
  | { readonly type: "deadline_passed"; readonly error: JobError };

/** The steps of copying a settled job's video to our bucket. */
export type ArchiveEvent =
  /** One archiver holds the job exclusively until `lookAt` (rule P7). */
  | { readonly type: "archive_claimed"; readonly lookAt: number }
  /** `lease`: the end of the claim's lease, which identifies the claim (rule P2). */
  | { readonly type: "archive_failed"; readonly lease: number | undefined; readonly retryAt: number }
  | { readonly type: "archived"; readonly videoKey: string; readonly file: VideoFile }
  | { readonly type: "archive_abandoned" }
  /** The operator asks for another copy of a video whose copy was given up. */
  | { readonly type: "archive_requested" };

/** The steps of delivering the final event to the caller and to the event bus. */
export type DeliveryEvent =
  /**
   * One deliverer holds the job exclusively until `lookAt` (rule P7). It sends these bodies unless earlier ones are
   * stored.
   */
  | {
      readonly type: "delivery_claimed";
      readonly lookAt: number;
      readonly body: string;
      readonly callbackBody?: string | undefined;
    }
  | {
      readonly type: "delivery_attempted";
      /** Round of the claim. */
      readonly round?: number | undefined;
      /** End of the claim's lease, which identifies the claim (rule P2). */
      readonly lease: number | undefined;
      /** The POST, if one was made. */
      readonly entry?: DeliveryEntry | undefined;
      readonly isPublished: boolean;
      readonly ended?: Delivery["ended"];
      /** When to try again; undefined: nothing is left to deliver. */
      readonly retryAt: number | undefined;
    }
  /** `key` identifies the request of an operator: a repeat of it changes nothing. */
  | { readonly type: "redelivery_requested"; readonly key?: string };

/** What fal has billed for a settled job, by its billing events. */
export type BillEvent = { readonly type: "bill_read"; readonly billed: Billed };

/** A caller's request to cancel, and fal's answer to it. */
export type CancelEvent =
  | { readonly type: "cancel_requested" }
  | { readonly type: "cancel_answered"; readonly answer: "acknowledged" | "too_late" };

/** The settings that the lifecycle depends on. */
export interface Policy {
  /** Time from submitting to the first check at fal. */
  readonly firstCheckMs: number;
  /** How long the sweep looks for an unconfirmed submission. */
  readonly submissionWindowMs: number;
  /** How long a settled job is kept. */
  readonly retentionMs: number;
  /** Whether videos are copied to our bucket. */
  readonly archivesVideos: boolean;
}
