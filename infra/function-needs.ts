import type { FunctionName } from "./routes.ts";

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
const fallbackTimeoutSeconds = 5;
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
/** Takes new jobs, within a budget whose sums are kept by updates. */
const takeJobs = ["dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem"];

const submitNeeds = {
  timeoutSeconds: apiTimeoutSeconds,
  memoryMb: 1024,
  environment: [...callers, ...presigning, "DAILY_BUDGETS", "FAL_ENDPOINT_IDS", ...falAccess, ...policy],
  tableActions: takeJobs,
  readsFalKey: true,
  uploadActions: ["s3:GetObject"],
  listsMedia: true,
};

/** Each function gets what it needs and nothing else. */
export const functionNeeds = {
  submit: { description: "POST /jobs: records a job and submits it to fal", ...submitNeeds },
  batch: { description: "POST /jobs/batch: records many jobs and submits them to fal", ...submitNeeds },
  retry: {
    description: "POST /jobs/{id}/retry: a new job in place of one that failed",
    timeoutSeconds: apiTimeoutSeconds,
    memoryMb: 1024,
    environment: [...callers, "DAILY_BUDGETS", ...falAccess, ...policy],
    tableActions: takeJobs,
    readsFalKey: true,
  },
  cancel: {
    description: "POST /jobs/{id}/cancel: asks fal to stop a job",
    timeoutSeconds: apiTimeoutSeconds,
    memoryMb: 512,
    environment: [...callers, ...falAccess, ...policy],
    tableActions: ["dynamodb:GetItem", "dynamodb:PutItem"],
    readsFalKey: true,
  },
  delete: {
    description: "DELETE /jobs/{id}: a settled job goes, with its media",
    timeoutSeconds: apiTimeoutSeconds,
    memoryMb: 512,
    environment: [...callers, "MEDIA_BUCKET", ...falAccess],
    tableActions: ["dynamodb:GetItem", "dynamodb:PutItem"],
    readsFalKey: true,
    uploadActions: ["s3:DeleteObject"],
    videoActions: ["s3:DeleteObject"],
    listsMedia: true,
  },
  uploads: {
    description: "POST /uploads: a URL that a picture can be put to",
    timeoutSeconds: apiTimeoutSeconds,
    memoryMb: 512,
    environment: ["PUBLIC_URL", "OWNERS", ...presigning],
    uploadActions: ["s3:PutObject"],
  },
  proxy: {
    description: "POST and PUT /fal/proxy: submits, cancels and uploads as fal's own client asks for it",
    ...submitNeeds,
    uploadActions: ["s3:PutObject", "s3:GetObject"],
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
  video: {
    description: "GET /jobs/{id}/video: a URL that the video can be had from",
    timeoutSeconds: apiTimeoutSeconds,
    memoryMb: 512,
    environment: [...callers, ...presigning],
    tableActions: ["dynamodb:GetItem"],
    videoActions: ["s3:GetObject"],
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
  webhook: {
    description: "Settles a job when fal's signed webhook arrives",
    timeoutSeconds: apiTimeoutSeconds,
    // A delivery may hold a whole video as base64.
    memoryMb: 1024,
    environment: ["TABLE_NAME", "PUBLIC_URL", "MEDIA_BUCKET", "FAL_USER_ID", "FAL_ENDPOINT_URL", ...policy],
    tableActions: ["dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem"],
    videoActions: keepVideos,
  },
  jobs: {
    description: "GET /jobs/{id}: reads a job",
    timeoutSeconds: apiTimeoutSeconds,
    memoryMb: 512,
    environment: [...callers, ...falAccess],
    tableActions: ["dynamodb:GetItem"],
    readsFalKey: true,
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
  list: {
    description: "GET /jobs: lists an owner's jobs",
    timeoutSeconds: apiTimeoutSeconds,
    memoryMb: 512,
    environment: [...callers, "MASTER_SECRET_ID"],
    tableActions: ["dynamodb:BatchGetItem"],
    indexes: ["byOwner"],
    readsMasterSecret: true,
  },
  redeliver: {
    description: "POST /jobs/{id}/redeliver: sends a callback again",
    timeoutSeconds: apiTimeoutSeconds,
    memoryMb: 512,
    environment: [...callers, ...policy],
    tableActions: ["dynamodb:GetItem", "dynamodb:PutItem"],
  },
  "callback-secret": {
    description: "GET /callback-secret: what an owner's callbacks are signed with",
    timeoutSeconds: apiTimeoutSeconds,
    memoryMb: 512,
    environment: ["TABLE_NAME", "OWNERS", "MASTER_SECRET_ID"],
    tableActions: ["dynamodb:GetItem"],
    readsMasterSecret: true,
  },
  "rotate-secret": {
    description: "POST /callback-secret/rotate: another secret for an owner's callbacks",
    timeoutSeconds: apiTimeoutSeconds,
    memoryMb: 512,
    environment: ["TABLE_NAME", "OWNERS", "MASTER_SECRET_ID"],
    tableActions: ["dynamodb:GetItem", "dynamodb:PutItem"],
    readsMasterSecret: true,
  },
  openapi: {
    description: "GET /openapi.json: the API's description",
    timeoutSeconds: keylessTimeoutSeconds,
    memoryMb: 256,
    environment: ["PUBLIC_URL"],
  },
  health: {
    description: "GET /health: whether the table and FAL_KEY can be read",
    timeoutSeconds: keylessTimeoutSeconds,
    memoryMb: 256,
    environment: ["TABLE_NAME", "FAL_KEY_SECRET_ID"],
    tableActions: ["dynamodb:GetItem"],
    readsFalKey: true,
  },
  fallback: {
    description: "Answers what no route does: 404, and 405 with Allow",
    timeoutSeconds: fallbackTimeoutSeconds,
    memoryMb: 128,
    environment: ["ROUTES"],
  },
} as const satisfies Record<FunctionName, Needs>;
