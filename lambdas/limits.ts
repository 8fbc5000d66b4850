/**
 * Every limit of the service, in one place. docs/reference/limits.md lists those that a caller can meet; it quotes the
 * comments here, and `npm run docs` renders it.
 */

const KiB = 1024;
const MiB = 1024 * KiB;
const secondMs = 1000;
const minuteMs = 60 * secondMs;
const hourMs = 60 * minuteMs;

// What a caller may send.
/** The body of a JSON request. A larger one is answered 413. */
export const JSON_BODY_MAX_BYTES = 5 * MiB;
/** Fields of one JSON object in a request. */
export const OBJECT_MAX_FIELDS = 100;
/** Field errors that one problem reports. */
export const FIELD_ERRORS_MAX = 50;
export const POINTER_PART_MAX_CHARACTERS = 100;
export const SHOWN_MAX_CHARACTERS = 100;
/** A prompt, in Unicode code points. Control characters other than newline and tab are refused. */
export const PROMPT_MAX_CHARACTERS = 2000;
/** Any URL in a request. */
export const URL_MAX_CHARACTERS = 2048;
/** An image in a data URI or a form, after decoding. Larger ones go through `POST /uploads`. */
export const INLINE_IMAGE_MAX_BYTES = 3 * MiB;
/** The body of a form. API Gateway passes it on as base64, which grows it, and Lambda accepts 6 MB (rule A1). */
export const MULTIPART_BODY_MAX_BYTES = 4 * MiB;
/** Fields of one form. */
export const FORM_MAX_FIELDS = 50;
/** An image that is uploaded to the URL that `POST /uploads` returns. */
export const UPLOAD_MAX_BYTES = 25 * MiB;
/** The shorter side of an image must have at least this many pixels. */
export const IMAGE_SIDE_MIN_PIXELS = 16;
/** The longer side of an image may have at most this many pixels. */
export const IMAGE_SIDE_MAX_PIXELS = 16_384;
/** All pixels of an image: width times height. fal's own loader, Pillow, refuses more. */
export const IMAGE_MAX_PIXELS = 178_956_970;
/** Segments or chunks of an image file. Real files have up to some thousands; hostile files could have millions. */
export const IMAGE_PARTS_MAX = 100_000;
/** The input, as JSON, of a model whose input is not validated. Its files are stored elsewhere and do not count. */
export const PASSED_INPUT_MAX_BYTES = 8 * KiB;
/** Levels of nesting in the input of such a model. */
export const PASSED_INPUT_MAX_DEPTH = 12;
/** The number of inline files and uploads in one job. */
export const JOB_FILES_MAX = 10;
/** All inline files and uploads of one job together. */
export const JOB_FILES_MAX_BYTES = 50 * MiB;
/** Memory for uploads that several entries of a batch share. */
export const UPLOADS_SHARED_MAX_BYTES = 50 * MiB;
/** Entries of a batch with one upload each that are in memory at the same time. Of entries with several it is one. */
export const BATCH_UPLOADS_AT_ONCE = 4;
/**
 * All uploads of one request that are in memory at the same time: shared ones, those of entries with one upload, and of
 * one job with several, whose last one may be too much. While one is sent to fal, there are copies of it.
 */
export const REQUEST_UPLOADS_MAX_BYTES =
  UPLOADS_SHARED_MAX_BYTES + BATCH_UPLOADS_AT_ONCE * UPLOAD_MAX_BYTES + JOB_FILES_MAX_BYTES + UPLOAD_MAX_BYTES;
/** Keys in a job's `metadata`. */
export const METADATA_MAX_KEYS = 16;
/** One key of `metadata`. */
export const METADATA_KEY_MAX_CHARACTERS = 64;
/** One value of `metadata`, which must be a string. */
export const METADATA_VALUE_MAX_CHARACTERS = 512;
/** All of a job's `metadata` together. */
export const METADATA_MAX_BYTES = 2 * KiB;
/** The header `Idempotency-Key`, in printable ASCII characters. */
export const IDEMPOTENCY_KEY_MAX_CHARACTERS = 255;
/** The smallest `deadline_seconds`. */
export const DEADLINE_MIN_SECONDS = 60;
/** The largest `deadline_seconds`. */
export const DEADLINE_MAX_SECONDS = 24 * 60 * 60;
/** The `deadline_seconds` of a request that sets none. */
export const DEADLINE_DEFAULT_SECONDS = 2 * 60 * 60;

/** Jobs on one page of `GET /jobs` if the request has no `limit`. */
export const PAGE_DEFAULT_JOBS = 20;
/** The largest `limit` of `GET /jobs`. */
export const PAGE_MAX_JOBS = 100;
/** How many rows are read for one page (rule P30). A filtered page may therefore have fewer jobs than `limit`. */
export const PAGE_MAX_ROWS = 200;
/** Maximum number of index queries for one page. */
export const PAGE_MAX_QUERIES = 10;
/** Jobs in one `POST /jobs/batch`. */
export const BATCH_MAX_JOBS = 50;
export const BATCH_AT_ONCE = 10;
/** How long a batch keeps submitting jobs to fal. The sweep submits the rest (rule A20). */
export const BATCH_SUBMIT_MS = 15 * secondMs;
/** Maximum time for storing one entry's image and recording its job. No entry is started with less time left. */
export const BATCH_ENTRY_MAX_MS = 18 * secondMs;
/** The longest `Prefer: wait`. A larger value is reduced to this one. */
export const WAIT_MAX_SECONDS = 25;
/**
 * The pause between two reads of a job while a caller waits for it or follows its events, near its typical end or while
 * that is not known.
 */
export const READ_PAUSE_NEAR_MS = 125;
/** The same while the end is far away. Between the two it depends on how far. */
export const READ_PAUSE_FAR_MS = 500;
/** Time reserved after a wait, for sending the response. */
export const WAIT_RESERVE_MS = 750;
/** Lines of the model's log in one response. */
export const LOG_LINES_MAX = 100;
/** One line of the model's log. The rest is cut off. */
export const LOG_LINE_MAX_CHARACTERS = 1000;

// What fal may send.
/** The body of one of fal's webhooks. A larger one is refused, and the sweep fetches the result instead. */
export const WEBHOOK_BODY_MAX_BYTES = 5 * MiB;
/** How far the timestamp of a webhook's signature may differ from our clock. */
export const SIGNATURE_TOLERANCE_SECONDS = 300;
/** fal's own error in a job's `error.detail`. What does not fit is left out (rule P4). */
export const ERROR_DETAIL_MAX_BYTES = 4 * KiB;
export const ERROR_DETAIL_MAX_DEPTH = 8;
/** A job's `error.message`. */
export const ERROR_MESSAGE_MAX_CHARACTERS = 500;
export const ERROR_TYPE_MAX_CHARACTERS = 64;
/** A model's output other than its video (`result.extra`), as JSON. If it is larger, it is left out. */
export const EXTRA_OUTPUT_MAX_BYTES = 4 * KiB;
export const FAL_ANSWER_MAX_BYTES = MiB;
/** A result from fal. With `sync_mode` it contains the whole video as base64. */
export const FAL_RESULT_MAX_BYTES = 64 * MiB;
/** The sweep itself, which has many jobs at the same time, reads no larger result than this (rule P27). */
export const SWEEP_RESULT_MAX_BYTES = MiB;
/** More units than any job uses. Units are stored with six decimal places. */
export const BILLABLE_UNITS_MAX = 1_000_000;
export const BILLABLE_UNIT_PARTS = 1_000_000;
export const REQUEST_ID_MAX_CHARACTERS = 256;
/** Longer than any id of an endpoint. */
export const ENDPOINT_ID_MAX_CHARACTERS = 256;
export const FILE_NAME_MAX_CHARACTERS = 255;
export const CONTENT_TYPE_MAX_CHARACTERS = 127;

// Files.
/** How long the URL of an upload or a video works. It cannot outlive the credentials that signed it (rule A15). */
export const PRESIGNED_URL_SECONDS = 15 * 60;
/** How long jobs may use an upload. The bucket deletes it some time later. */
export const UPLOAD_LIFETIME_MS = 24 * hourMs;
/** A video that is copied to the bucket. A larger one stays at fal. */
export const VIDEO_MAX_BYTES = 1024 * MiB;
/** First bytes of a video, by which its type is recognised. */
export const VIDEO_HEAD_BYTES = 4 * KiB;
/** Parts of a video (boxes, elements, blocks) that are visited. Behind these its structure is not checked (rule P28). */
export const VIDEO_PARTS_MAX = 10_000;
/** Blocks of a GIF's data that are visited, usually 64 MB. Behind these its structure is not checked (rule P28). */
export const VIDEO_BLOCKS_MAX = 250_000;
/** One part of a video that is read for its facts. The rest of a longer one is skipped (rule P28). */
export const VIDEO_FACT_MAX_BYTES = 16 * KiB;
/** All parts of one video together that are read for its facts. */
export const VIDEO_FACTS_MAX_BYTES = 256 * KiB;
/**
 * After as many attempts in a row that recorded nothing, the facts of a video are left out; after twice as many the
 * video is given up (rule P27).
 */
export const VIDEO_UNRECORDED_MAX = 3;
/** How long the removal of a failed copy may take. If it fails, nothing else waits for it. */
export const VIDEO_REMOVAL_TIMEOUT_MS = 3 * secondMs;
export const MEDIA_REDIRECTS_MAX = 5;
/**
 * The wait after the first failed copy of a video. It doubles with each failure, up to an hour. Copies are retried at
 * least as long as fal keeps its media.
 */
export const ARCHIVE_BACKOFF_BASE_MS = 5 * secondMs;
export const ARCHIVE_BACKOFF_MAX_MS = hourMs;
/** How long a failed copy of a video is retried after its job has settled. fal keeps its media at least as long. */
export const ARCHIVE_WINDOW_MS = 7 * 24 * hourMs;
/** A video that is not copied so long after its job settled is reported as paid and not delivered. */
export const PAID_NOT_KEPT_MS = hourMs;

// Callbacks.
/** How long a receiver may take to respond to a callback. */
export const CALLBACK_TIMEOUT_MS = 15 * secondMs;
/** The same, after a receiver has not responded to the attempt before. */
export const CALLBACK_RETRY_TIMEOUT_MS = 5 * secondMs;
/** A receiver that takes longer than this gets no more callbacks from the same function run. */
export const CALLBACK_SLOW_MS = 4 * secondMs;
/** How much of a receiver's response is read. Only its status counts. */
export const CALLBACK_ANSWER_MAX_BYTES = 16 * KiB;
/** The shortest wait after each failed callback. After the last attempt the service gives up. */
export const CALLBACK_DELAYS_MS = [
  5 * secondMs,
  minuteMs,
  5 * minuteMs,
  30 * minuteMs,
  2 * hourMs,
  5 * hourMs,
  10 * hourMs,
  14 * hourMs,
  20 * hourMs,
  24 * hourMs,
] as const;
/** Each delay is lengthened by up to this fraction, so that many callbacks are not retried at the same moment. */
export const CALLBACK_JITTER = 0.1;
/** A caller may ask for a job's redelivery once in this time (rule P30). */
export const REDELIVERY_INTERVAL_MS = 10 * secondMs;
/** How long a callback waits for the video to be copied (rule P21). */
export const CALLBACK_WAITS_FOR_ARCHIVE_MS = minuteMs;
/** The latest delivery attempts that a job shows in `deliveries`. */
export const DELIVERIES_MAX_ENTRIES = 30;
export const DELIVERY_ERROR_MAX_CHARACTERS = 200;
/** How long the previous secret also signs callbacks after a rotation (rule P24). */
export const CALLBACK_SECRET_OVERLAP_MS = 24 * hourMs;
/** Previous secrets that sign at the same time. More signatures would exceed what receivers accept in a header. */
export const CALLBACK_SECRETS_PREVIOUS_MAX = 5;
export const EVENT_BUS_TIMEOUT_MS = 5 * secondMs;

// What fal's clients send through the proxy.
/** How long fal keeps a file that its own client uploaded in parts: longer than any job that uses it at once. */
export const FAL_UPLOAD_LIFETIME_SECONDS = 3 * 24 * 60 * 60;
export const FAL_START_TIMEOUT_MAX_SECONDS = 24 * 60 * 60;
export const FAL_RUNNER_HINT_MAX_CHARACTERS = 255;
export const FAL_LIFECYCLE_MAX_CHARACTERS = 1000;
export const FAL_LIFECYCLE_MAX_SECONDS = 10 * 365 * 24 * 60 * 60;
/** A refused input up to this size is repeated in the error, as fal does. A larger one is not. */
export const FAL_ECHO_MAX_BYTES = 4 * KiB;
/** How long a status stream of `/fal/proxy` stays open. fal's client cannot resume a stream that ended. */
export const PROXY_STREAM_MAX_MS = 14 * minuteMs;
export const PROXY_STREAM_POLL_MS = 500;
/** How long after a job has settled its logs are still requested from fal. */
export const FAL_LOGS_AVAILABLE_MS = hourMs;

/** How often fal is asked about one job because callers read it (rule P32). */
export const CALLERS_LOOK_INTERVAL_MS = 2 * secondMs;

// The event stream (rules A4, A21).
/**
 * How long one connection to `GET /jobs/{id}/events` lasts. The client then reconnects. Lambda runs and bills a stream
 * to its end, even if the client left.
 */
export const STREAM_MAX_MS = minuteMs;
/** The longest pause between two looks for something to send, such as fal's answer. */
export const STREAM_TICK_MS = 500;
/** How often the queue position and the logs are requested from fal. */
export const STREAM_LIVE_POLL_MS = 2 * secondMs;
/** How often a silent stream sends a comment, so that no proxy closes the connection. */
export const STREAM_HEARTBEAT_MS = 15 * secondMs;
/** How much longer than a stream its place is taken, if the function ends without giving it back. */
export const STREAM_LEASE_RESERVE_MS = 10 * secondMs;
/** The `Retry-After` for a stream above the limit of its owner. */
export const STREAMS_RETRY_MS = 5 * secondMs;
/** The `retry` of event streams: how long clients wait before they reconnect. */
export const STREAM_RETRY_MS = secondMs;

// The timeline.
/** Entries in a job's `timeline`. The last of them are reserved for terminal and late events (rule P4). */
export const TIMELINE_MAX_ENTRIES = 50;
export const TIMELINE_RESERVED_ENTRIES = 10;

// Time. Each outbound timeout is shorter than the time budget of the invocation that waits for it (rule A5).
export const API_BUDGET_MS = 27 * secondMs;
/** How long the one POST to fal may take (rule P10). */
export const SUBMIT_POST_MAX_MS = 15 * secondMs;
export const SUBMIT_POST_MIN_MS = 3 * secondMs;
/** Time reserved after the POST, for the write that records its outcome. */
export const RECORD_RESERVE_MS = 6 * secondMs;
export const FAL_STATUS_TIMEOUT_MS = 5 * secondMs;
export const FAL_RESULT_TIMEOUT_MS = 10 * secondMs;
export const FAL_CANCEL_TIMEOUT_MS = 5 * secondMs;
export const FAL_HISTORY_TIMEOUT_MS = 5 * secondMs;
export const FAL_DELETE_TIMEOUT_MS = 5 * secondMs;
export const STORAGE_UPLOAD_TIMEOUT_MS = 10 * secondMs;
export const UPLOAD_READ_TIMEOUT_MS = 6 * secondMs;
export const BUCKET_CONNECT_TIMEOUT_MS = 2 * secondMs;
/** For one request to S3: a part of a video, or its deletion. */
export const BUCKET_REQUEST_TIMEOUT_MS = 10 * secondMs;
export const INLINE_VIDEO_STORE_TIMEOUT_MS = 12 * secondMs;
/** For copying one video: less than the time that a sweep leaves for its last claim. */
export const VIDEO_COPY_TIMEOUT_MS = 25 * secondMs;
export const TABLE_CONNECT_TIMEOUT_MS = secondMs;
export const TABLE_REQUEST_TIMEOUT_MS = 2 * secondMs;
export const TABLE_MAX_ATTEMPTS = 3;
/** Longer than all attempts at one write of an expense: the timeouts above, and the waits in between. */
export const EXPENSE_REPEATED_MS = 12 * secondMs;
/** The part of a write's id that the item of a budget remembers: 48 bits. */
export const EXPENSE_WRITE_CHARACTERS = 8;
/** Writes that the item of a budget remembers of each stretch of `EXPENSE_REPEATED_MS`, so that it stays small. */
export const EXPENSES_REMEMBERED_MAX = 500;
export const SECRET_TIMEOUT_MS = 2 * secondMs;
export const SIGNING_KEYS_TIMEOUT_MS = 3 * secondMs;
/** A new job is first checked after this time at the earliest: by then the invocation with its POST has ended (P6). */
export const INVOCATION_MAX_MS = 30 * secondMs;
export const START_TIMEOUT_MAX_SECONDS = 30 * 60;
export const START_TIMEOUT_MIN_SECONDS = 2;
/** A settled job is checked once more after this time, to find remaining work. */
export const SETTLED_LOOK_MS = minuteMs;
/** The longest `Retry-After` of fal or a callback's receiver that the service obeys (rule P9). */
export const RETRY_AFTER_MAX_MS = 24 * hourMs;
export const SUBMIT_BACKOFF_BASE_MS = 5 * secondMs;
/** The longest wait before a refused job is submitted again. */
export const SUBMIT_BACKOFF_MAX_MS = 5 * minuteMs;

// The sweep.
/** No job is claimed later than this after the start of an invocation, so that its work can still finish. */
export const SWEEP_CLAIM_MS = 55 * secondMs;
/** The part of this time that is only for open jobs. The rest is for settled jobs that still need work. */
export const SWEEP_OPEN_LANE_MS = 45 * secondMs;
/** The time that settled jobs have at least, however long the last open job took, within the function's timeout. */
export const SWEEP_SETTLED_LANE_MIN_MS = 5 * secondMs;
/**
 * Longer than the work for any one job: a POST, or reading status and result and storing a video, with their writes.
 */
export const SWEEP_WORK_MAX_MS = 30 * secondMs;
/** A claim's lease: longer than the function's timeout of 90 s, so that no two sweeps work on one job (rule P7). */
export const SWEEP_LEASE_MS = 100 * secondMs;
/** Open jobs that a sweep works on at the same time. */
export const SWEEP_WORKERS = 40;
/** Settled jobs that a sweep works on at the same time. */
export const SWEEP_SETTLED_WORKERS = 16;
export const SWEEP_PAGE_SIZE = 50;
/** The longest period of `GET /usage`, in days. */
export const USAGE_MAX_DAYS = 31;
/** The most jobs that one `GET /usage` adds up. */
export const USAGE_MAX_JOBS = 10_000;
/** A job is overdue after this many times the typical duration of its endpoint's jobs. */
export const OVERDUE_FACTOR = 3;
/** The most pages of the index that a sweep reads to count a shard's open jobs; each has some thousands. */
export const OPEN_COUNT_MAX_PAGES = 20;
/** Due jobs that a sweep has listed and not begun with, at most: about as many as it can process. */
export const SWEEP_LISTED_MAX = 10_000;
/** Videos that one function copies at the same time for an owner. One whose last attempt recorded nothing is alone. */
export const COPIES_PER_WORKER = 3;
/** Callbacks that one of these functions sends at the same time. */
export const CALLBACKS_PER_WORKER = 4;
/** Large results, or results with an inline video, that one of these functions reads at the same time. */
export const CHECKS_PER_WORKER = 2;
/** Jobs that are handed over to one function at a time. The next sweep hands over the rest. */
export const WORKER_MAX_JOBS = 50;
/** Jobs of one owner and kind of work that wait for a function to be done. The next sweep hands over the rest. */
export const WAITING_MAX_JOBS = 500;
export const WAITING_KEPT_SECONDS = 60 * 60;
/** How long an owner's places are kept after the latest lease: longer than any other lease of the same item. */
export const LEASES_KEPT_SECONDS = 60 * 60;
/** The longest wait between two checks of a job at fal. fal keeps a large result for only 6 minutes (rule P8). */
export const CHECK_BACKOFF_MAX_MS = 5 * minuteMs;
/** The same for jobs with `sync_mode`, whose results are large and may be kept for only six minutes. */
export const CHECK_BACKOFF_LARGE_RESULT_MAX_MS = 2 * minuteMs;
export const CHECK_BACKOFF_FACTOR = 1.5;
/** How long after its deadline a job waits for the last check, if fal does not answer. */
export const LAST_LOOK_GRACE_MS = 10 * minuteMs;
/**
 * How much longer functions are started for a job whose result is large, or whose check ended its function. Then the job
 * ends without it, so that every job ends although no function starts.
 */
export const HAND_OVER_GRACE_MS = hourMs;
/** How far fal's clock may differ from ours when fal's history is read. */
export const HISTORY_SLACK_MS = 5 * minuteMs;
export const HISTORY_PAGE_SIZE = 100;
export const HISTORY_PAGE_MAX_BYTES = 16 * MiB;
export const HISTORY_MAX_PAGES = 50;
/** The clock of a job stands still this long at most, while the service as a whole waits (rule P33). */
export const HELD_MAX_MS = 24 * hourMs;
/** How long a function instance relies on what it read about the state of the service: a pause, a refused account. */
export const SERVICE_STATE_MS = 5 * secondMs;
/** A sweep does not ask fal about a refused account if another sweep, at about the same time, has just done so. */
export const OUTAGE_PROBE_MS = 3 * secondMs;
/** After this many 503 responses from fal in a row, no job is sent for `OUTAGE_PAUSE_MS` (rule P17). */
export const OUTAGES_BEFORE_PAUSE = 3;
export const OUTAGE_PAUSE_MS = minuteMs;
/** How long one instance's finding that fal is down holds back the others: until the next sweep has sent its probe. */
export const OUTAGE_SHARED_MS = 90 * secondMs;

// Caches, per function instance.
/** How long fal's signing keys are cached. */
export const SIGNING_KEYS_MAX_AGE_MS = 24 * hourMs;
export const SIGNING_KEYS_COOLDOWN_MS = 30 * secondMs;
/** How long a function uses the fal key that it has read, unless fal refuses it. */
export const FAL_KEY_MAX_AGE_MS = 5 * minuteMs;
export const FAL_KEY_COOLDOWN_MS = 5 * secondMs;

// The table.
export const DUE_SHARDS = 8;
/** How often a batch read is repeated for the items that DynamoDB left out. */
export const BATCH_READ_MAX_TRIES = 5;
/** How often a write that lost a race is repeated on a newly read row before it fails. */
export const WRITE_CONFLICT_MAX_TRIES = 5;
/** The shortest `Retry-After` on an open job. */
export const POLL_AFTER_SECONDS = 2;
/** The longest `Retry-After` on an open job. */
export const RETRY_AFTER_OPEN_MAX_SECONDS = 60;
/** Each function instance looks at the table and FAL_KEY for `GET /health` at most once in this time. */
export const HEALTH_MAX_AGE_MS = 5 * secondMs;
/** How long a client may keep the API's description. */
export const OPENAPI_MAX_AGE_SECONDS = 300;
/** How long a browser may keep the console before it asks for a newer one. */
export const CONSOLE_MAX_AGE_SECONDS = 5 * 60;
/** Each function instance reads and updates the typical duration at most once in this time. */
export const TYPICAL_DURATION_MAX_AGE_MS = minuteMs;
/** The weight of the latest job in the moving average. */
export const TYPICAL_DURATION_WEIGHT = 0.2;
