/** The job record. Field names are those of the table and, for public fields, of the API. */

export const OPEN_STATUSES = ["submitting", "queued", "running"] as const;
export const TERMINAL_STATUSES = ["succeeded", "failed", "canceled", "expired"] as const;

export const STATUSES = [...OPEN_STATUSES, ...TERMINAL_STATUSES] as const;

export type OpenStatus = (typeof OPEN_STATUSES)[number];
export type TerminalStatus = (typeof TERMINAL_STATUSES)[number];
export type Status = OpenStatus | TerminalStatus;

/** Who caused a transition. */
export const ACTORS = [
  "submit",
  "webhook",
  "sweep",
  "read",
  "cancel",
  "archive",
  "deliver",
  "redeliver",
  "operator",
] as const;
export type Actor = (typeof ACTORS)[number];

/** Why a job failed. On an open job: what it is waiting for (rule P20). */
export const JOB_ERROR_CODES = [
  "input_refused",
  "content_policy_violation",
  "generation_failed",
  "infrastructure_failed",
  "result_unusable",
  "result_expired",
  "start_timeout",
  "deadline_exceeded",
  "client_cancelled",
  "submission_unconfirmed",
  "service_paused",
  "fal_key_missing",
  "fal_key_refused",
  "fal_account_locked",
  "fal_balance_exhausted",
  "endpoint_unknown",
  "fal_busy",
  "fal_unreachable",
] as const;
export type JobErrorCode = (typeof JOB_ERROR_CODES)[number];

export interface JobError {
  readonly code: JobErrorCode;
  readonly message: string;
  /** Whether a new job with the same input may succeed. */
  readonly retryable: boolean;
  /** The model's own HTTP status, from fal's result call, if known. */
  readonly fal_status?: number | undefined;
  /** fal's name for a failure of its infrastructure. */
  readonly error_type?: string | undefined;
  /** fal's own error detail, clipped to 4 KB and without the echoed input (rule P4). */
  readonly detail?: unknown;
}

export interface Video extends Partial<VideoFile> {
  readonly url: string;
  readonly file_name?: string;
}

/** Facts about a video's bytes, known once they were read. */
export interface VideoFile {
  /** In bytes. Before the video is archived: the size that fal reports. */
  readonly file_size: number;
  /** SHA-256 of the whole file, hex. */
  readonly sha256: string;
  /** By the file's first bytes. Before the video is archived, and in old rows: the type that fal reports. */
  readonly content_type?: string;
  readonly duration_seconds?: number;
  /** Pixels. */
  readonly width?: number;
  readonly height?: number;
  /** As in RFC 6381, such as `avc1.64001f`. */
  readonly codec?: string;
}

export interface JobResult {
  readonly video: Video;
  /** The model's other output fields; `extra.video` has those fields of fal's `video` that `video` does not have. */
  readonly extra?: Readonly<Record<string, unknown>>;
  /** The endpoint that really ran, where fal says it. */
  readonly endpoint?: string | undefined;
}

export interface TimelineEntry {
  /** ISO 8601, UTC. */
  readonly at: string;
  readonly event: TimelineEvent;
  readonly by: Actor;
}

/** A status that the job reached, or another step of its history. */
export const TIMELINE_EVENTS = [
  ...STATUSES,
  "attempt_started",
  "not_accepted",
  "unconfirmed",
  "confirmed",
  "adopted",
  "waiting",
  "cancel_requested",
  "late_result",
  "archived",
  "archive_abandoned",
  "archive_requested",
  "billed",
] as const;
export type TimelineEvent = (typeof TIMELINE_EVENTS)[number];

/**
 * One POST to fal's queue. Written before the POST is sent, so that a crash reads as unknown and never as unsent (rule
 * P12).
 */
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
  /** Starts at 1; starts again at 1 when the caller asks for redelivery. */
  readonly attempt: number;
  /** ISO 8601, UTC. */
  readonly at: string;
  /** HTTP status; absent when there was no response. */
  readonly status?: number | undefined;
  readonly latency_ms: number;
  /** Why the attempt failed; absent when it succeeded. */
  readonly error?: string | undefined;
}

/** The state of sending the final event to the caller and to the event bus. */
export interface Delivery {
  /** Number of attempts started in this round. */
  readonly attempts: number;
  /** Incremented each time the caller asks for redelivery. */
  readonly round?: number | undefined;
  /** When the caller last asked for redelivery, epoch milliseconds. */
  readonly redelivered_at?: number | undefined;
  /** The request of the operator that was carried out last, so that a repeat of it changes nothing. */
  readonly requested_by?: string | undefined;
  /** The caller's request waits for its attempt, and the attempt before it recorded its result. */
  readonly is_requested?: true | undefined;
  /** Lease of the function that is delivering now (rule P7), epoch milliseconds. */
  readonly leased_until?: number | undefined;
  /** The event as first rendered, gzip and base64. Every repeat sends these same bytes (rule P21). */
  readonly body: string;
  /** The callback's body, packed the same way, if it differs from the event. */
  readonly callback_body?: string | undefined;
  /** Whether the event bus accepted the event. */
  readonly is_published?: boolean | undefined;
  /** The receiver accepted the callback, answered 410, or all attempts failed. */
  readonly ended?: "delivered" | "gone" | "exhausted" | undefined;
}

/** The model's input with defaults filled in. Files that the caller sent are URLs in fal's storage. */
export type ModelInput = Readonly<Record<string, unknown>>;

/** fal's own request options, for callers that use fal's client. */
export interface FalOptions {
  readonly priority?: "normal" | "low" | undefined;
  readonly runner_hint?: string | undefined;
  /** Counted from the job's creation: fal never runs a request that it has not started by then. */
  readonly start_timeout_seconds?: number | undefined;
  /** fal does not retry the request after a failure in its infrastructure. */
  readonly no_retry?: true | undefined;
  /** fal does not run the request on another endpoint. */
  readonly disable_fallbacks?: true | undefined;
  /** How long fal keeps the media, and who may read them. */
  readonly object_lifecycle?: Readonly<Record<string, unknown>> | undefined;
}

/** When the job needs attention next, by reason, in epoch milliseconds. `due_at` is always their minimum (rule P6). */
export interface DueFacts {
  readonly submit_due?: number | undefined;
  readonly check_due?: number | undefined;
  readonly archive_due?: number | undefined;
  readonly deliver_due?: number | undefined;
}

/** What a job costs, in US dollars. */
export interface Cost extends Partial<Billed> {
  /** Price of the endpoint × its typical units. Known before anything is spent. */
  readonly estimated_usd: number;
}

/** What fal reports that it bills for a job. */
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
  /** Partition key of `byDue`: a lane and a number. */
  readonly shard: string;
  /** Incremented by every write. */
  readonly version: number;
  /** Random, new for every write. It identifies a writer's own retried write (rule P2). */
  readonly write_id: string;

  readonly status: Status;
  readonly endpoint: string;
  readonly input: ModelInput;
  readonly fingerprint: string;
  /** SHA-256 of the webhook token, hex (rule P22). */
  readonly token_hash: string;
  readonly metadata?: Readonly<Record<string, string>> | undefined;
  readonly callback_url?: string | undefined;
  /** Format of the callback: fal's webhook format, or our own event if absent. */
  readonly callback_format?: "fal" | undefined;
  /** The callback and the event do not wait for the video's copy (rule P21). */
  readonly callback_when?: "settled" | undefined;
  readonly fal_options?: FalOptions | undefined;

  readonly created_at: string;
  /** Epoch milliseconds. */
  readonly deadline_at: number;
  /** The caller named no deadline of its own, so the clock may stand still (rule P33). */
  readonly default_deadline?: boolean | undefined;
  /** Since when the clock stands still, epoch milliseconds; and how long it did so, which `deadline_at` contains. */
  readonly held_since?: number | undefined;
  readonly held_ms?: number | undefined;
  readonly submitted_at?: string | undefined;
  readonly started_at?: string | undefined;
  readonly settled_at?: string | undefined;
  readonly settled_by?: Actor | undefined;
  readonly cancel_requested_at?: string | undefined;

  readonly attempt?: Attempt | undefined;
  readonly request_id?: string | undefined;
  /** The request id came from fal's history. A webhook with the job's token outranks it (rule P15). */
  readonly adopted?: boolean | undefined;
  /**
   * A file URL in the input was created for this job only, so a request at fal that contains it belongs to this job
   * (rule P13).
   */
  readonly image_held?: boolean | undefined;
  /** Whether fal must be asked to cancel the request, and its answer. Stays due until fal answers (rule P14). */
  readonly fal_cancel?: "due" | "acknowledged" | "too_late" | undefined;
  /** How often the sweep has checked the job since it was submitted. */
  readonly looks?: number | undefined;
  /** S3 keys of the uploads that the job uses. */
  readonly upload_keys?: readonly string[] | undefined;
  /** S3 key of the archived video. */
  readonly video_key?: string | undefined;
  /** Number of attempts to copy the video. */
  readonly archive_attempts?: number | undefined;
  /** Copies in a row that were started and recorded nothing: the video may crash whoever reads it (rule P27). */
  readonly archive_unrecorded?: number | undefined;
  /** The same of checks at fal, whose results may be too much for the function that reads them. */
  readonly checks_unrecorded?: number | undefined;
  /** The same of storing a video that came inline. */
  readonly inline_unrecorded?: number | undefined;
  /** The sweep found that the result is too large for it, and hands the job over without reading it again (rule P27). */
  readonly is_large?: true | undefined;
  /** It took much longer at fal than is typical for its endpoint. */
  readonly overdue?: true | undefined;
  /** Id of the job that this one retries. */
  readonly retry_of?: string | undefined;
  /** The trace of the request that created the job (W3C Trace Context). */
  readonly traceparent?: string | undefined;
  readonly delivery?: Delivery | undefined;
  /** The latest delivery attempts. */
  readonly deliveries?: readonly DeliveryEntry[] | undefined;
  readonly cost?: Cost | undefined;
  readonly result?: JobResult | undefined;
  readonly late_result?: JobResult | undefined;
  readonly error?: JobError | undefined;
  readonly timeline: readonly TimelineEntry[];

  readonly due_at?: number | undefined;
  /** Epoch seconds; set on settled jobs only (rule P9). */
  readonly expires_at?: number | undefined;
}

/** What usage needs to know of one job. A deleted job's tombstone keeps it, so that deleting hides no cost. */
export interface UsageFacts {
  readonly status: Status;
  readonly endpoint: string;
  /** ISO 8601, UTC. */
  readonly created_at: string;
  readonly billed?: "yes" | "no" | "unknown" | undefined;
  readonly estimated_usd?: number | undefined;
  readonly actual_usd?: number | undefined;
  /** The length of its video, if it was read. */
  readonly video_seconds?: number | undefined;
  /** From creation to the end. */
  readonly ms_to_terminal?: number | undefined;
}

/**
 * What remains of a deleted job until it expires, so that a late repeat of its request finds the id taken (rule P16).
 */
export interface Tombstone {
  readonly id: string;
  readonly deleted_at: string;
  /** Epoch seconds. */
  readonly expires_at: number;
  /** Whose job it was, and where `byOwner` lists it; tombstones of earlier releases lack these. */
  readonly owner?: string;
  readonly created_at_id?: string;
  /** What `GET /usage` needs, so that deleting hides no cost. */
  readonly usage?: UsageFacts;
}

/** The video that was paid for, whether it arrived in time or late. */
export function videoOf(job: Pick<Job, "result" | "late_result">): Video | undefined {
  return (job.result ?? job.late_result)?.video;
}

/** Whether the job has not settled. */
export function isOpen(job: Pick<Job, "status">): boolean {
  return (OPEN_STATUSES as readonly Status[]).includes(job.status);
}

/** Whether a POST may have reached fal although its answer is not known. */
export function isUnconfirmed(job: Pick<Job, "status" | "attempt">): boolean {
  return job.status === "submitting" && (job.attempt?.outcome === "under_way" || job.attempt?.outcome === "unknown");
}
