import { randomBytes, randomUUID } from "node:crypto";
import { BatchGetCommand, GetCommand, QueryCommand, UpdateCommand } from "@aws-sdk/lib-dynamodb";
import type { DynamoDBStreamEvent } from "aws-lambda";
import { archiveHandedOver } from "../../lambdas/archive/archive-handed-over.ts";
import type { DynamoClient } from "../../lambdas/aws/dynamo.ts";
import type { BucketAccess } from "../../lambdas/aws/presign.ts";
import { callbackSecrets } from "../../lambdas/deliver/callback-secrets.ts";
import { deliverHandedOver } from "../../lambdas/deliver/deliver-handed-over.ts";
import type { CallbackAnswer } from "../../lambdas/deliver/post-callback.ts";
import { askerForCallers } from "../../lambdas/fal/ask-for-callers.ts";
import type { FalCalls } from "../../lambdas/fal/prepare.ts";
import type { SigningKeys } from "../../lambdas/fal/signing-keys.ts";
import { handleWith, type Route } from "../../lambdas/http/api.ts";
import type { Policy } from "../../lambdas/job/event.ts";
import type { Job } from "../../lambdas/job/job.ts";
import { proxyRead } from "../../lambdas/proxy/read.ts";
import { proxyWrite } from "../../lambdas/proxy/write.ts";
import { readCallbackSecret, rotateCallbackSecret } from "../../lambdas/routes/callback-secret.ts";
import { cancelJob } from "../../lambdas/routes/cancel-job.ts";
import { acceptBatch } from "../../lambdas/routes/create-batch.ts";
import { acceptJob, validateJob } from "../../lambdas/routes/create-job.ts";
import { createUpload } from "../../lambdas/routes/create-upload.ts";
import { deleteJob } from "../../lambdas/routes/delete-job.ts";
import { listJobs } from "../../lambdas/routes/list-jobs.ts";
import { readJob } from "../../lambdas/routes/read-job.ts";
import { readUsage } from "../../lambdas/routes/read-usage.ts";
import { readVideo } from "../../lambdas/routes/read-video.ts";
import { receiveWebhook } from "../../lambdas/routes/receive-webhook.ts";
import { redeliverJob } from "../../lambdas/routes/redeliver-job.ts";
import { retryJob } from "../../lambdas/routes/retry-job.ts";
import { openCircuitBreaker } from "../../lambdas/submit/circuit-breaker.ts";
import type { Upload } from "../../lambdas/submit/read-upload.ts";
import { checkHandedOver } from "../../lambdas/sweep/check-handed-over.ts";
import type { Starters } from "../../lambdas/sweep/hand-over.ts";
import { sweep } from "../../lambdas/sweep/sweep.ts";
import { type HandedOver, streamWorker } from "../../lambdas/table/handed-over.ts";
import { openJobTable } from "../../lambdas/table/job-table.ts";
import { openJobs } from "../../lambdas/table/jobs.ts";
import { openTypicalDuration } from "../../lambdas/table/typical-duration.ts";
import { conforming } from "./conforming.ts";
import { BIRTH_MS, policy, privacy, routing, site } from "./jobs.ts";
import { createMemoryBucket } from "./memory-bucket.ts";
import { openMemoryTable } from "./memory-table.ts";
import { PRICES } from "./prices.ts";

/** One callback as its receiver received it. */
export interface Callback {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export type MemoryService = ReturnType<typeof createMemoryService>;

const PUBLIC_URL = "https://api.example.com/prod";
/** A base URL that the API had before. */
const FORMER_URL = "https://old.example.com/video";

/**
 * The real routes and the real sweep over a table in memory and a clock that moves only when the test moves it. The
 * test scripts fal: an unscripted call throws.
 */
export function createMemoryService(
  scripted: Partial<FalCalls> = {},
  keys: SigningKeys = NO_KEYS,
  policyChange: Partial<Policy> = {},
) {
  const state = {
    nowMs: BIRTH_MS,
    prepared: 0,
    uploadsRead: 0,
    /** Of each row that was read in a batch, whether it was read consistently. */
    batchReads: [] as boolean[],
    /** Writes to budgets. */
    expensesWritten: 0,
    tableIsDown: false,
    /** Writes take effect, but their answers are lost. */
    losesAnswers: false,
    /** Writes fail; reads work. */
    refusesWrites: false,
    falKey: "key" as string | undefined,
    falUploadsPerDay: 0,
    /** Lambda starts no function. */
    startsNothing: false,
    /** What the receiver of a callback answers. */
    receiver: async (_url: string): Promise<CallbackAnswer> => ({ status: 200 }),
    busIsDown: false,
    /** What happens while a shard of due jobs is listed. */
    duringQuery: async (_shard: unknown): Promise<unknown> => undefined,
    /** What happens while a call to fal is prepared. */
    duringPrepare: async (): Promise<unknown> => undefined,
    /** What happens while a caller waits for a job. */
    duringPause: async (): Promise<unknown> => undefined,
    /** What happens while the last bytes of a video are in transit; an error that it throws ends the copy. */
    duringCopy: async (): Promise<unknown> => undefined,
  };
  const { client, ...memory } = openMemoryTable(() => state.nowMs);
  const send = async (command: unknown) => {
    if (state.tableIsDown) throw new Error("the table is down");
    const isRead = [GetCommand, QueryCommand, BatchGetCommand].some((read) => command instanceof read);
    if (state.refusesWrites && !isRead) throw new Error("no write gets through");
    if (command instanceof QueryCommand) await state.duringQuery(command.input.ExpressionAttributeValues?.[":shard"]);
    if (command instanceof BatchGetCommand) {
      for (const { Keys = [], ConsistentRead = false } of Object.values(command.input.RequestItems ?? {}))
        state.batchReads.push(...Keys.map(() => ConsistentRead));
    }
    if (command instanceof UpdateCommand && command.input.UpdateExpression?.includes("ADD spent"))
      state.expensesWritten++;
    const answer = await client.send(command);
    if (state.losesAnswers && !(command instanceof GetCommand)) throw new Error("the answer is lost");
    return answer;
  };
  const now = () => state.nowMs;
  const connectFal = async () => {
    state.prepared++;
    await state.duringPrepare();
    const { falKey: key } = state;
    return {
      fal: { ...unscriptedFal, ...scripted },
      access: key === undefined ? undefined : { key, falEndpointUrl: undefined, privacy, routing },
    };
  };
  const media = createMemoryBucket();
  const uploads = new Map<string, Upload>();
  const videos = new Map<string, Buffer>();
  const callbacks: Callback[] = [];
  const published: unknown[] = [];
  const table = openJobTable("jobs", now, { send });
  const raw = {
    allowsLoopbackCallbacks: false,
    workersPerOwner: 3,
    waitsPerOwner: 10,
    streamsPerOwner: 10,
    budgets: new Map<string, number>(),
    prices: PRICES,
    master: async () => "a master secret",
    pause: async (ms: number) => {
      state.nowMs += ms;
      await state.duringPause();
    },
    async postCallback(url: string, headers: Readonly<Record<string, string>>, body: string) {
      callbacks.push({ url, headers, body });
      return state.receiver(url);
    },
    async publish(_type: string, detail: string) {
      if (state.busIsDown) throw new Error("the bus is down");
      published.push(JSON.parse(detail));
    },
    bucket: async () => media.bucket,
    readUpload: async (key: string) => {
      state.uploadsRead++;
      if (media.state.isDown) throw new Error("the bucket is down");
      return uploads.get(key) ?? "absent";
    },
    async *fetchVideo(url: string) {
      const bytes = videos.get(url);
      if (bytes === undefined) throw new Error("fal's CDN returned 503.");
      yield bytes;
      await state.duringCopy();
    },
    table,
    connectFal,
    circuitBreaker: openCircuitBreaker({ table, now }),
    publicUrl: PUBLIC_URL,
    otherUrls: [FORMER_URL],
    policy: { ...policy, ...policyChange },
    now,
    random: () => 0.5,
    randomBytes,
    newWriteId: randomUUID,
    owners: new Map<string, string>(),
    endpoints: site.endpoints,
    falEndpointUrl: undefined,
    keys,
    falUserId: undefined,
  };
  const typicalDuration = openTypicalDuration(raw.table, now);
  const secretsOf = async (owner: string) =>
    callbackSecrets(await raw.master(), owner, await raw.table.readOwner(owner), now());
  const askForCaller = askerForCallers(connectFal, now);
  const parts = { ...raw, askForCaller, jobs: openJobs(raw), typicalDuration, secretsOf };
  // What is handed over is done at once.
  const starting = (work: (event: HandedOver) => Promise<void>) => async (event: object) => {
    if (state.startsNothing) throw new Error("Lambda starts nothing");
    await work(JSON.parse(JSON.stringify(event)));
  };
  const start: Starters = {
    check: starting((event) => checkHandedOver(service)(event)),
    copy: starting((event) => archiveHandedOver(service)(event)),
    deliver: starting((event) => deliverHandedOver(service)(event)),
  };
  const service = { ...parts, start };
  const writeToProxy: Route = (request) =>
    proxyWrite({ ...service, bucket: SIGNER, falUploadsPerDay: state.falUploadsPerDay })(request);
  return {
    /**
     * The clock (epoch milliseconds), the key, the table's health and what happens meanwhile, which a test may set; and
     * how often a call to fal was prepared and an upload read.
     */
    state,
    rows: memory.rows,
    /** The client of its table. */
    client: { send } as DynamoClient,
    tombstones: memory.tombstones,
    add: service.table.add,
    putTypicalDuration: service.table.putTypicalDuration,
    table: service.table,
    /** Changes a row as an earlier write of the service would have. */
    async change(id: string, change: Partial<Job>): Promise<void> {
      const job = memory.rows().get(id);
      if (job) await service.table.replace({ ...job, ...change, version: job.version + 1, write_id: randomUUID() });
    },
    row(id: string): Job {
      const job = memory.rows().get(id);
      if (!job) throw new Error(`no row ${id}`);
      return job;
    },
    submit: handler("POST", "/jobs", acceptJob(service), now),
    get: handler("GET", "/jobs/{id}", readJob(service), now),
    cancel: handler("POST", "/jobs/{id}/cancel", cancelJob(service), now),
    retry: handler("POST", "/jobs/{id}/retry", retryJob(service), now),
    webhook: handler("POST", "/webhooks/fal/{id}/{token}", receiveWebhook(service), now),
    video: handler("GET", "/jobs/{id}/video", readVideo({ ...service, bucket: SIGNER }), now),
    upload: handler("POST", "/uploads", createUpload({ ...service, bucket: SIGNER }), now),
    delete: handler("DELETE", "/jobs/{id}", deleteJob(service), now),
    archive: fromStream(start.copy),
    tell: fromStream(start.deliver),
    /** What fal's client sends; streams are followed by tests of their own. */
    proxyWrite: handler("POST", "/fal/proxy", writeToProxy, now),
    proxyPut: handler("PUT", "/fal/proxy", writeToProxy, now),
    proxyRead: handler("GET", "/fal/proxy", proxyRead({ ...service, bucket: SIGNER }), now),
    /** The same as it is, with what streams. */
    proxyStream: proxyRead({ ...service, bucket: SIGNER }),
    list: handler("GET", "/jobs", listJobs(service), now),
    batch: handler("POST", "/jobs/batch", acceptBatch(service), now),
    validate: handler("POST", "/jobs/validate", validateJob(service), now),
    usage: handler("GET", "/usage", readUsage(service), now),
    redeliver: handler("POST", "/jobs/{id}/redeliver", redeliverJob(service), now),
    secret: handler("GET", "/callback-secret", readCallbackSecret(service), now),
    rotateSecret: handler("POST", "/callback-secret/rotate", rotateCallbackSecret(service), now),
    /** The callbacks that were sent. */
    callbacks,
    /** The events that were published on the event bus. */
    published,
    /** What an owner may spend in a day; a test may set it. */
    budgets: raw.budgets,
    sweep: () => sweep(service),
    /** The bucket's objects, and whether it is available. */
    media,
    /** What uploads hold, by key. */
    uploads,
    /** What fal's CDN has, by URL; anything else is a 503. */
    videos,
  };
}

function fromStream(start: (event: object) => Promise<void>) {
  return (event: DynamoDBStreamEvent) => streamWorker(start, start)(event);
}

function handler(method: string, pattern: string, route: Route, now: () => number) {
  return conforming(method, pattern, handleWith(route, PUBLIC_URL, now));
}

const SIGNER: BucketAccess = {
  bucketUrl: "https://media.s3.us-east-1.amazonaws.com",
  region: "us-east-1",
  credentials: async () => ({ accessKeyId: "id", secretAccessKey: "secret" }),
};

const NO_KEYS: SigningKeys = { current: unscripted("key host"), refreshed: unscripted("key host") };

/** A fal at which any call throws. */
export const unscriptedFal: FalCalls = {
  submitToFal: unscripted("submit"),
  statusAtFal: unscripted("status"),
  resultAtFal: unscripted("result"),
  cancelAtFal: unscripted("cancel"),
  historyPageAtFal: unscripted("history"),
  uploadToFal: unscripted("upload"),
  deletePayloadsAtFal: unscripted("delete payloads"),
  initiateMultipartAtFal: unscripted("multipart upload"),
};

function unscripted(what: string) {
  return async (): Promise<never> => {
    throw new Error(`This test expects no call of fal's ${what}.`);
  };
}
