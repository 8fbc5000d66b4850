/** What one function is given: time, memory, names of environment variables, and what its role lets it do. */
export type Needs = {
  readonly description: string;
  readonly timeoutSeconds: number;
  readonly memoryMb: number;
  readonly environment: readonly string[];
  readonly tableActions?: readonly string[];
  /** Indexes of the table that are queried. */
  readonly indexes?: readonly string[];
  readonly readsStream?: boolean;
  /** Reads our key at fal. */
  readonly readsFalKey?: boolean;
  /** Reads the secret that callback secrets and cursors follow from. */
  readonly readsMasterSecret?: boolean;
  readonly putsEvents?: boolean;
  /** What is done to the media bucket's objects. */
  readonly uploadActions?: readonly string[];
  readonly videoActions?: readonly string[];
  /** Lists the bucket; without this right S3 answers 403 for an object that is not there, with it 404. */
  readonly listsMedia?: boolean;
};

/** As long as API Gateway waits for an answer. */
const apiTimeoutSeconds = 29;
const keylessTimeoutSeconds = 10;
/** Longer than a minute: sweeps may overlap. A claim's lease outlives this. */
const sweepTimeoutSeconds = 90;
const archiveTimeoutSeconds = 60;
const deliverTimeoutSeconds = 60;
/** Longer than a stream is kept open, 5 minutes; API Gateway waits a little longer still. */
const eventsTimeoutSeconds = 320;
/** Longer than the proxy keeps a stream open, 14 minutes. */
const proxyReadTimeoutSeconds = 870;

/** Whose job it is, and where its links lead. */
const callers = ["TABLE_NAME", "PUBLIC_URL", "OWNERS"];
/** What the lifecycle depends on. */
const policy = ["FIRST_CHECK_SECONDS", "SUBMISSION_WINDOW_SECONDS", "RETENTION_DAYS", "ARCHIVE_VIDEOS"];
/** Our key at fal, where fal is reached, and what it is asked not to keep. */
const falAccess = ["FAL_KEY_SECRET_ID", "FAL_ENDPOINT_URL", "FAL_STORE_IO", "FAL_MEDIA_LIFETIME_SECONDS"];
/** Where the end of a job is told besides its callback, and what callbacks are signed with. */
const telling = ["MASTER_SECRET_ID", "EVENT_BUS_NAME"];
/** Presigned URLs begin with the bucket's own, or with another S3's and its name. */
const presigning = ["MEDIA_URL", "MEDIA_BUCKET"];
/** A video is written in parts, which end together or not at all, and taken back when its job is gone. */
const keepVideos = ["s3:PutObject", "s3:DeleteObject", "s3:AbortMultipartUpload"];

/**
 * Each function gets what it needs and nothing else. The keys are the functions' names, here and nowhere else: of the entry file under
 * `lambdas/functions/`, in `routes.ts`, and in the logical ids. Why these twelve: docs/internals/decisions/0014-twelve-functions.md.
 */
export const functionNeeds = {
  submit: {
    description: "Creates jobs and submits them to fal: POST /jobs, batch, retry, /uploads; POST and PUT /fal/proxy",
    timeoutSeconds: apiTimeoutSeconds,
    memoryMb: 1024,
    environment: [...callers, ...presigning, "DAILY_BUDGETS", "FAL_ENDPOINT_IDS", ...falAccess, ...policy],
    // Jobs are accepted within a budget, whose sums are kept by updates.
    tableActions: ["dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem"],
    readsFalKey: true,
    uploadActions: ["s3:PutObject", "s3:GetObject"],
    listsMedia: true,
  },
  change: {
    description: "Changes jobs and spends nothing: cancel, redeliver, DELETE /jobs/{id}",
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
    environment: [...callers, ...presigning, ...falAccess],
    tableActions: ["dynamodb:GetItem"],
    readsFalKey: true,
    videoActions: ["s3:GetObject"],
  },
  owner: {
    description: "What belongs to an owner: GET /jobs, GET /callback-secret and its rotation",
    timeoutSeconds: apiTimeoutSeconds,
    memoryMb: 512,
    environment: [...callers, "MASTER_SECRET_ID"],
    tableActions: ["dynamodb:GetItem", "dynamodb:BatchGetItem", "dynamodb:PutItem"],
    indexes: ["byOwner"],
    readsMasterSecret: true,
  },
  events: {
    description: "GET /jobs/{id}/events: a job's changes, streamed as they happen",
    timeoutSeconds: eventsTimeoutSeconds,
    // A stream does little but wait, and is paid for by its memory as long as it is open.
    memoryMb: 256,
    environment: [...callers, ...falAccess],
    tableActions: ["dynamodb:GetItem"],
    readsFalKey: true,
  },
  "proxy-read": {
    description: "GET /fal/proxy: status, its stream and result, as fal's own client reads them",
    timeoutSeconds: proxyReadTimeoutSeconds,
    memoryMb: 512,
    environment: [...callers, ...falAccess, ...presigning, ...policy],
    tableActions: ["dynamodb:GetItem", "dynamodb:PutItem"],
    readsFalKey: true,
    videoActions: ["s3:GetObject"],
  },
  webhook: {
    description: "Settles a job when fal's signed webhook arrives",
    timeoutSeconds: apiTimeoutSeconds,
    // A delivery may hold a whole video as base64.
    memoryMb: 1024,
    environment: ["TABLE_NAME", "PUBLIC_URL", "MEDIA_BUCKET", "FAL_USER_ID", "FAL_ENDPOINT_URL", ...policy],
    tableActions: ["dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem"],
    videoActions: keepVideos,
  },
  sweep: {
    description: "Looks after every job that is due",
    timeoutSeconds: sweepTimeoutSeconds,
    // Enough for many inline results at once, each of which holds a whole video as base64.
    memoryMb: 2048,
    environment: ["TABLE_NAME", "PUBLIC_URL", "MEDIA_BUCKET", ...telling, ...falAccess, ...policy],
    tableActions: ["dynamodb:GetItem", "dynamodb:PutItem"],
    indexes: ["byDue"],
    readsFalKey: true,
    readsMasterSecret: true,
    putsEvents: true,
    videoActions: keepVideos,
  },
  archive: {
    description: "Keeps a copy of each video as soon as there is one",
    timeoutSeconds: archiveTimeoutSeconds,
    memoryMb: 1024,
    environment: ["TABLE_NAME", "FAL_ENDPOINT_URL", "MEDIA_BUCKET", ...policy],
    tableActions: ["dynamodb:GetItem", "dynamodb:PutItem"],
    readsStream: true,
    videoActions: keepVideos,
  },
  deliver: {
    description: "Tells callers and the event bus of a job's end as soon as it has settled",
    timeoutSeconds: deliverTimeoutSeconds,
    memoryMb: 512,
    environment: ["TABLE_NAME", "PUBLIC_URL", ...telling, ...policy],
    tableActions: ["dynamodb:GetItem", "dynamodb:PutItem"],
    readsStream: true,
    readsMasterSecret: true,
    putsEvents: true,
  },
  public: {
    description:
      "Needs no API key and has no rights: GET /openapi.json, GET /errors/{code}, and 404 or 405 for all else",
    timeoutSeconds: keylessTimeoutSeconds,
    memoryMb: 256,
    environment: ["PUBLIC_URL", "ROUTES"],
  },
  health: {
    description: "GET /health: whether the table and FAL_KEY can be read",
    timeoutSeconds: keylessTimeoutSeconds,
    memoryMb: 256,
    environment: ["TABLE_NAME", "PUBLIC_URL", "FAL_KEY_SECRET_ID"],
    tableActions: ["dynamodb:GetItem"],
    readsFalKey: true,
  },
} as const satisfies Record<string, Needs>;

/** The name of a function of the stack. */
export type FunctionName = keyof typeof functionNeeds;

/** Every function of the stack. */
export const functionNames = Object.keys(functionNeeds).filter(isFunctionName);

function isFunctionName(name: string): name is FunctionName {
  return Object.hasOwn(functionNeeds, name);
}
