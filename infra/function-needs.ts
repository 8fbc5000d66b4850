/** The settings of one function: time, memory, names of environment variables, and the permissions of its role. */
export type Needs = {
  readonly description: string;
  readonly timeoutSeconds: number;
  readonly memoryMb: number;
  readonly environment: readonly string[];
  readonly tableActions?: readonly string[];
  /** Indexes of the table that it queries. */
  readonly indexes?: readonly string[];
  readonly readsStream?: boolean;
  /** Whether it reads our fal key. */
  readonly readsFalKey?: boolean;
  /** Whether it learns if our fal key is set, without reading it. */
  readonly looksForFalKey?: boolean;
  /** Whether it reads the secret from which callback secrets and cursors are derived. */
  readonly readsMasterSecret?: boolean;
  readonly putsEvents?: boolean;
  /** Functions that it starts without waiting for them: their names, possibly its own. */
  readonly starts?: readonly string[];
  /** Actions on the media bucket's objects. */
  readonly uploadActions?: readonly string[];
  readonly videoActions?: readonly string[];
  /** Whether it lists the bucket. Without this permission S3 answers 403 for a missing object, with it 404. */
  readonly listsMedia?: boolean;
};

/** API Gateway waits this long for a response. */
const apiTimeoutSeconds = 29;
const keylessTimeoutSeconds = 10;
/** Longer than a minute: sweeps may overlap. A claim's lease is longer than this. */
const sweepTimeoutSeconds = 90;
/** The same for what the sweep and the stream hand over. */
const workTimeoutSeconds = sweepTimeoutSeconds;
/** Longer than a stream stays open (1 minute). API Gateway waits a little longer than this. */
const eventsTimeoutSeconds = 80;
/** Longer than the proxy keeps a stream open (14 minutes). */
const proxyReadTimeoutSeconds = 870;

/** Variables for ownership checks and links. */
const callers = ["TABLE_NAME", "PUBLIC_URL", "OWNERS"];
/** Variables that the lifecycle depends on, and the name under which its metrics are counted. */
const policy = ["STACK_NAME", "FIRST_CHECK_SECONDS", "SUBMISSION_WINDOW_SECONDS", "RETENTION_DAYS", "ARCHIVE_VIDEOS"];
/** Variables for calls to fal: our key, fal's URL, what fal should not keep, and what it should not do on its own. */
const falAccess = [
  "FAL_KEY_SECRET_ID",
  "FAL_ENDPOINT_URL",
  "FAL_STORE_IO",
  "FAL_MEDIA_LIFETIME_SECONDS",
  "FAL_NO_RETRY",
  "FAL_DISABLE_FALLBACKS",
];
/** Variables for delivering final events: the event bus, and the secret that callbacks are signed with. */
const delivering = ["OTHER_URLS", "MASTER_SECRET_ID", "EVENT_BUS_NAME"];
/**
 * Variables for presigned URLs. These start with the bucket's own URL, or with the URL of another S3 and the bucket's
 * name.
 */
const presigning = ["MEDIA_URL", "MEDIA_BUCKET"];
/** A video is uploaded in parts, which are completed together or aborted. It is deleted if its job no longer exists. */
const storeVideos = ["s3:PutObject", "s3:DeleteObject", "s3:AbortMultipartUpload"];

/**
 * Each function gets only what it needs. The keys are the functions' names, which are defined only here. They name the
 * entry file under `lambdas/functions/`, the functions in `routes.ts`, and the logical ids. Why there are twelve:
 * docs/internals/decisions/0014-twelve-functions.md.
 */
export const functionNeeds = {
  submit: {
    description: "Creates jobs and submits them to fal: POST /jobs, batch, retry, /uploads; POST and PUT /fal/proxy",
    timeoutSeconds: apiTimeoutSeconds,
    memoryMb: 1024,
    environment: [
      ...callers,
      ...presigning,
      "OTHER_URLS",
      "DAILY_BUDGETS",
      "PRICES",
      "FAL_ENDPOINT_IDS",
      "FAL_UPLOADS_PER_DAY",
      "WAITS_PER_OWNER",
      ...falAccess,
      ...policy,
    ],
    // The sums of the daily budgets and uploads, and places for waits, are written with UpdateItem.
    tableActions: ["dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem"],
    readsFalKey: true,
    // An upload that is too large is deleted.
    uploadActions: ["s3:PutObject", "s3:GetObject", "s3:DeleteObject"],
    listsMedia: true,
  },
  change: {
    description: "Changes jobs, never spends money: cancel, redeliver, DELETE /jobs/{id}",
    timeoutSeconds: apiTimeoutSeconds,
    memoryMb: 512,
    environment: [...callers, "MEDIA_BUCKET", ...falAccess, ...policy],
    tableActions: ["dynamodb:GetItem", "dynamodb:PutItem"],
    readsFalKey: true,
    uploadActions: ["s3:DeleteObject"],
    videoActions: ["s3:DeleteObject"],
    listsMedia: true,
  },
  read: {
    description: "Reads one job: GET /jobs/{id} and its video",
    timeoutSeconds: apiTimeoutSeconds,
    memoryMb: 512,
    environment: [...callers, "WAITS_PER_OWNER", ...presigning, ...falAccess],
    // Places for waits and streams are taken with UpdateItem.
    tableActions: ["dynamodb:GetItem", "dynamodb:UpdateItem"],
    readsFalKey: true,
    videoActions: ["s3:GetObject"],
  },
  owner: {
    description: "Serves an owner's data: GET /jobs, GET /usage, GET /callback-secret and its rotation",
    timeoutSeconds: apiTimeoutSeconds,
    memoryMb: 512,
    environment: [...callers, "MASTER_SECRET_ID", "DAILY_BUDGETS"],
    tableActions: ["dynamodb:GetItem", "dynamodb:BatchGetItem", "dynamodb:PutItem"],
    indexes: ["byOwner"],
    readsMasterSecret: true,
  },
  events: {
    description: "Streams a job's changes as they happen: GET /jobs/{id}/events",
    timeoutSeconds: eventsTimeoutSeconds,
    // A stream mostly waits, and costs memory for as long as it is open.
    memoryMb: 256,
    environment: [...callers, "STREAMS_PER_OWNER", ...falAccess, ...policy],
    // Who learns from fal that a job has started records it.
    tableActions: ["dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem"],
    readsFalKey: true,
  },
  "proxy-read": {
    description: "Answers the reads of fal's own client: GET /fal/proxy (status, status stream, result)",
    timeoutSeconds: proxyReadTimeoutSeconds,
    memoryMb: 512,
    environment: [...callers, "STREAMS_PER_OWNER", ...falAccess, ...presigning, ...policy],
    tableActions: ["dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem"],
    readsFalKey: true,
    videoActions: ["s3:GetObject"],
  },
  webhook: {
    description: "Settles a job when fal's signed webhook arrives",
    timeoutSeconds: apiTimeoutSeconds,
    // A delivery may contain a whole video as base64.
    memoryMb: 1024,
    environment: ["TABLE_NAME", "PUBLIC_URL", "MEDIA_BUCKET", "FAL_USER_ID", "FAL_ENDPOINT_URL", "PRICES", ...policy],
    tableActions: ["dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem"],
    videoActions: storeVideos,
  },
  sweep: {
    description: "Checks and submits every job that is due; hands over copies and deliveries",
    timeoutSeconds: sweepTimeoutSeconds,
    // Enough for many inline results at once, each of which contains a whole video as base64.
    memoryMb: 2048,
    environment: [
      "TABLE_NAME",
      "PUBLIC_URL",
      "MEDIA_BUCKET",
      "PRICES",
      "ARCHIVE_FUNCTION",
      "DELIVER_FUNCTION",
      "WORKERS_PER_OWNER",
      ...falAccess,
      ...policy,
    ],
    // Leases are written with UpdateItem, here and below.
    tableActions: ["dynamodb:GetItem", "dynamodb:BatchGetItem", "dynamodb:PutItem", "dynamodb:UpdateItem"],
    indexes: ["byDue"],
    readsFalKey: true,
    starts: ["sweep", "archive", "deliver"],
    videoActions: storeVideos,
  },
  archive: {
    description: "Copies videos to the bucket",
    timeoutSeconds: workTimeoutSeconds,
    memoryMb: 1024,
    environment: ["TABLE_NAME", "FAL_ENDPOINT_URL", "MEDIA_BUCKET", "WORKERS_PER_OWNER", ...policy],
    tableActions: ["dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem"],
    readsStream: true,
    starts: ["archive"],
    videoActions: storeVideos,
  },
  deliver: {
    description: "Sends callbacks and publishes events of jobs that have settled",
    timeoutSeconds: workTimeoutSeconds,
    memoryMb: 512,
    environment: ["TABLE_NAME", "PUBLIC_URL", "WORKERS_PER_OWNER", ...delivering, ...policy],
    tableActions: ["dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem"],
    readsStream: true,
    starts: ["deliver"],
    readsMasterSecret: true,
    putsEvents: true,
  },
  public: {
    description: "Needs no API key, has no AWS permissions: /, /openapi.json, /errors/{code}; 404 or 405 for all else",
    timeoutSeconds: keylessTimeoutSeconds,
    memoryMb: 256,
    environment: ["PUBLIC_URL", "ROUTES"],
  },
  health: {
    description: "Reports whether the table can be read and FAL_KEY is set, and reads no secret: GET /health",
    timeoutSeconds: keylessTimeoutSeconds,
    memoryMb: 256,
    environment: ["TABLE_NAME", "PUBLIC_URL", "FAL_KEY_SECRET_ID"],
    tableActions: ["dynamodb:GetItem"],
    looksForFalKey: true,
  },
} as const satisfies Record<string, Needs>;

/** The name of a function of the stack. */
export type FunctionName = keyof typeof functionNeeds;

/** All functions of the stack. */
export const functionNames = Object.keys(functionNeeds).filter(isFunctionName);

function isFunctionName(name: string): name is FunctionName {
  return Object.hasOwn(functionNeeds, name);
}
