/** The job: the one record that everything else is about. Field names are those of the table and, where public, of the API. */

export const OPEN_STATUSES = ["submitting", "queued", "running"] as const;
export const TERMINAL_STATUSES = ["succeeded", "failed", "canceled", "expired"] as const;

export const STATUSES = [...OPEN_STATUSES, ...TERMINAL_STATUSES] as const;

export type OpenStatus = (typeof OPEN_STATUSES)[number];
export type TerminalStatus = (typeof TERMINAL_STATUSES)[number];
export type Status = OpenStatus | TerminalStatus;

/** Who caused a transition. */
export type Actor = "submit" | "webhook" | "sweep" | "cancel" | "archive" | "deliver" | "redeliver";

/** Why a job failed or, on an open job, what it is waiting for (rule P20). */
export type JobErrorCode =
  | "input_refused"
  | "content_policy_violation"
  | "generation_failed"
  | "infrastructure_failed"
  | "result_unusable"
  | "result_expired"
  | "start_timeout"
  | "deadline_exceeded"
  | "client_cancelled"
  | "submission_unconfirmed"
  | "fal_key_missing"
  | "fal_key_refused"
  | "endpoint_unknown"
  | "fal_busy"
  | "fal_unreachable";

export interface JobError {
  readonly code: JobErrorCode;
  readonly message: string;
  /** Whether a new job with the same input may do better. */
  readonly retryable: boolean;
  /** What fal's result call answered: the model's own HTTP status, where it is known. */
  readonly fal_status?: number | undefined;
  /** fal's name for a failure of its own machinery (fal-protocol §3). */
  readonly error_type?: string | undefined;
  /** fal's own words, clipped to 4 KB and without the echoed input (rule P4). */
  readonly detail?: unknown;
}

export interface Video extends Partial<VideoFile> {
  readonly url: string;
  readonly content_type?: string;
  readonly file_name?: string;
}

/** What is known of a video once its bytes were read: of the bytes themselves, and what its container says. */
export interface VideoFile {
  /** Bytes; until it was archived, as fal says. */
  readonly file_size: number;
  /** Of all its bytes, hex. */
  readonly sha256: string;
  readonly duration_seconds?: number;
  /** Pixels. */
  readonly width?: number;
  readonly height?: number;
  /** As in RFC 6381, such as `avc1.64001f`. */
  readonly codec?: string;
}

export interface JobResult {
  readonly video: Video;
  /** What the model told besides: fal's output without what `video` says. */
  readonly extra?: Readonly<Record<string, unknown>>;
}

export interface TimelineEntry {
  /** ISO 8601, UTC. */
  readonly at: string;
  readonly event: TimelineEvent;
  readonly by: Actor;
}

/** A status that was reached, or something else worth knowing. */
export type TimelineEvent =
  | Status
  | "attempt_started"
  | "not_accepted"
  | "unconfirmed"
  | "confirmed"
  | "adopted"
  | "waiting"
  | "cancel_requested"
  | "late_result"
  | "archived"
  | "archive_abandoned";

/** One POST to fal's queue: written before it leaves, so that a crash after it reads as unknown and never as unsent (rule P12). */
export interface Attempt {
  /** 1 for the first POST of this job. */
  readonly number: number;
  /** Epoch milliseconds. */
  readonly at: number;
  readonly outcome: "under_way" | "accepted" | "refused" | "unknown";
  /** SHA-256 of the exact body sent, hex (rule P13). */
  readonly body_digest: string;
}

/** One POST to the caller's `callback_url`. */
export interface DeliveryEntry {
  /** 1 for the first one; begins anew when the caller asks for another delivery. */
  readonly attempt: number;
  /** ISO 8601, UTC. */
  readonly at: string;
  /** HTTP status; absent when there was no answer. */
  readonly status?: number | undefined;
  readonly latency_ms: number;
  /** Why it did not count; absent when it did. */
  readonly error?: string | undefined;
}

/** Telling the caller, and the account's event bus, how the job ended. */
export interface Delivery {
  /** How often it was begun in this round. */
  readonly attempts: number;
  /** Grows with every delivery that the caller asks for anew. */
  readonly round?: number | undefined;
  /** While somebody is at it, until when it is theirs alone (rule P7), epoch milliseconds. */
  readonly leased_until?: number | undefined;
  /** The event as it was first rendered, gzip and base64: it is sent again unchanged (rule P21). */
  readonly body: string;
  /** The callback's body where it is not the event, rendered and packed like it. */
  readonly callback_body?: string | undefined;
  /** The bus has it. */
  readonly is_published?: boolean | undefined;
  /** The callback took it, said that it is gone for good, or was tried often enough. */
  readonly ended?: "delivered" | "gone" | "exhausted" | undefined;
}

/** What a model is asked, its defaults filled in; files that we held are named by their URLs at fal. */
export type ModelInput = Readonly<Record<string, unknown>>;

/** How fal is to run a request, for callers that know fal (fal-protocol §2). */
export interface FalOptions {
  readonly priority?: "normal" | "low" | undefined;
  readonly runner_hint?: string | undefined;
  /** From the job's making on: what fal has not started by then is never run. */
  readonly start_timeout_seconds?: number | undefined;
  /** How long fal keeps the media, and who may have them. */
  readonly object_lifecycle?: Readonly<Record<string, unknown>> | undefined;
}

/** When somebody must look at the job, by reason, in epoch milliseconds; `due_at` is always their minimum (rule P6). */
export interface DueFacts {
  readonly submit_due?: number | undefined;
  readonly check_due?: number | undefined;
  readonly archive_due?: number | undefined;
  readonly deliver_due?: number | undefined;
}

/** What a job costs, in US dollars. */
export interface Cost extends Partial<Billed> {
  /** By the endpoint's price and what its jobs usually come to; said before anything is spent. */
  readonly estimated_usd: number;
}

/** What fal says that it bills for a job. */
export interface Billed {
  readonly billable_units: number;
  readonly actual_usd: number;
}

/** A row of the job table. */
export interface Job extends DueFacts {
  readonly id: string;
  readonly owner: string;
  /** `created_at#id`, the sort key of `byOwner`. */
  readonly created_at_id: string;
  /** The partition key of `byDue`: a lane and a number. */
  readonly shard: string;
  /** Grows by one with every write. */
  readonly version: number;
  /** Random, new with every write: tells one's own retried write from somebody else's (rule P2). */
  readonly write_id: string;

  readonly status: Status;
  readonly endpoint: string;
  readonly input: ModelInput;
  readonly fingerprint: string;
  /** SHA-256 of the webhook token, hex (rule P22). */
  readonly token_hash: string;
  readonly metadata?: Readonly<Record<string, string>> | undefined;
  readonly callback_url?: string | undefined;
  /** What the callback carries: fal's own form of a delivery, or, without this, our events. */
  readonly callback_format?: "fal" | undefined;
  readonly fal_options?: FalOptions | undefined;

  readonly created_at: string;
  /** Epoch milliseconds. */
  readonly deadline_at: number;
  readonly submitted_at?: string | undefined;
  readonly started_at?: string | undefined;
  readonly settled_at?: string | undefined;
  readonly settled_by?: Actor | undefined;
  readonly cancel_requested_at?: string | undefined;

  readonly attempt?: Attempt | undefined;
  readonly request_id?: string | undefined;
  /** The request id was found in fal's history and not told by fal: a webhook with the job's token outranks it (rule P15). */
  readonly adopted?: boolean | undefined;
  /** An image's URL (or another file's) was minted for this job alone, so a request at fal that names it is this job's (rule P13). */
  readonly image_held?: boolean | undefined;
  /** Whether fal has to be asked to cancel the request, and what it said: it stays due until answered (rule P14). */
  readonly fal_cancel?: "due" | "acknowledged" | "too_late" | undefined;
  /** How often the sweep has looked at the job since it was submitted. */
  readonly looks?: number | undefined;
  /** Keys of the uploads that its files came from. */
  readonly upload_keys?: readonly string[] | undefined;
  /** Key of the archived video. */
  readonly video_key?: string | undefined;
  /** How often copying the video was begun. */
  readonly archive_attempts?: number | undefined;
  /** The job that this one repeats. */
  readonly retry_of?: string | undefined;
  readonly delivery?: Delivery | undefined;
  /** The latest of them. */
  readonly deliveries?: readonly DeliveryEntry[] | undefined;
  readonly cost?: Cost | undefined;
  readonly result?: JobResult | undefined;
  readonly late_result?: JobResult | undefined;
  readonly error?: JobError | undefined;
  readonly timeline: readonly TimelineEntry[];

  readonly due_at?: number | undefined;
  /** Epoch seconds; only on settled jobs (rule P9). */
  readonly expires_at?: number | undefined;
}

/** All that is left of a deleted job, until its time is up: a late repeat of its request finds the id taken (rule P16). */
export interface Tombstone {
  readonly id: string;
  readonly deleted_at: string;
  /** Epoch seconds. */
  readonly expires_at: number;
}

/** The video that fal was paid for, whether it came in time or not. */
export function videoOf(job: Pick<Job, "result" | "late_result">): Video | undefined {
  return (job.result ?? job.late_result)?.video;
}

/** Whether the job has not settled yet. */
export function isOpen(job: Pick<Job, "status">): boolean {
  return (OPEN_STATUSES as readonly Status[]).includes(job.status);
}

/** Whether a POST may have reached fal without our knowing its answer. */
export function isUnconfirmed(job: Pick<Job, "status" | "attempt">): boolean {
  return job.status === "submitting" && (job.attempt?.outcome === "under_way" || job.attempt?.outcome === "unknown");
}
