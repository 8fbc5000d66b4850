import type { APIGatewayProxyEvent } from "aws-lambda";
import { archiveHandedOver } from "../../lambdas/archive/archive-handed-over.ts";
import type { BucketAccess } from "../../lambdas/aws/presign.ts";
import { deliverHandedOver } from "../../lambdas/deliver/deliver-handed-over.ts";
import { askerForCallers } from "../../lambdas/fal/ask-for-callers.ts";
import { handleWith, type Route } from "../../lambdas/http/api.ts";
import { proxyRead } from "../../lambdas/proxy/read.ts";
import { proxyWrite } from "../../lambdas/proxy/write.ts";
import { cancelJob } from "../../lambdas/routes/cancel-job.ts";
import { acceptBatch } from "../../lambdas/routes/create-batch.ts";
import { acceptJob } from "../../lambdas/routes/create-job.ts";
import { deleteJob } from "../../lambdas/routes/delete-job.ts";
import { receiveWebhook } from "../../lambdas/routes/receive-webhook.ts";
import { redeliverJob } from "../../lambdas/routes/redeliver-job.ts";
import { retryJob } from "../../lambdas/routes/retry-job.ts";
import { checkHandedOver } from "../../lambdas/sweep/check-handed-over.ts";
import { sweep } from "../../lambdas/sweep/sweep.ts";
import { type HandedOver, handOver } from "../../lambdas/table/handed-over.ts";
import { openJobTable } from "../../lambdas/table/job-table.ts";
import { openJobs } from "../../lambdas/table/jobs.ts";
import { streamEvent } from "../support/events.ts";
import { site } from "../support/jobs.ts";
import { PRICES } from "../support/prices.ts";
import type { Answered } from "./answered.ts";
import { createBucket } from "./bucket.ts";
import { createCdn } from "./cdn.ts";
import { checkCallback, checkDeliveryWrite, checkEvent } from "./delivery-invariants.ts";
import { BrokenPromise, PUBLIC_URL, type State } from "./demand.ts";
import { describeRow } from "./describe-row.ts";
import { createEventBus } from "./event-bus.ts";
import { createFal } from "./fal.ts";
import { jobEvent, jsonEvent, type ProxyRequest, proxyEvent, webhookEvent } from "./gateway-requests.ts";
import { createInstances, type Instance } from "./instances.ts";
import { checkLease, checkLedger, checkPost, checkUpload, checkWrite } from "./invariants.ts";
import { drawProfile } from "./profile.ts";
import { checkReadersWrite, checkStart } from "./proxy-invariants.ts";
import { seededRandom } from "./random.ts";
import { createReceivers } from "./receivers.ts";
import { createScheduler, type Invocation } from "./scheduler.ts";
import { createTable, type Row } from "./table.ts";

export const START_MS = Date.parse("2026-11-22T12:00:00.000Z");
const API_TIMEOUT_MS = 29_000;
/** Of the functions that nobody waits for. */
const WORK_TIMEOUT_MS = 90_000;
/** The function behind each kind of request, where their names differ. */
const FUNCTIONS: Readonly<Record<string, string>> = {
  batch: "submit",
  retry: "submit",
  "proxy-write": "submit",
  cancel: "change",
  redeliver: "change",
  delete: "change",
  check: "sweep",
};
/** Callback signatures are tested elsewhere. */
const SECRETS = { current: `whsec_${Buffer.alloc(32).toString("base64")}`, previous: [] };

/** Presigned URLs are tested elsewhere. */
const NO_URLS: BucketAccess = {
  bucketUrl: "https://media.example.com",
  region: "none",
  credentials: () => Promise.reject(),
};

export type World = ReturnType<typeof createWorld>;

/** The whole service over a simulated DynamoDB, S3, fal and clock. The seed determines everything in it. */
export function createWorld(seed: number, trace?: (line: string) => void) {
  const random = seededRandom(seed);
  const profile = drawProfile(random);
  const scheduler = createScheduler(random, START_MS, (line) => note(line));
  const note = (line: string) => trace?.(`${new Date(scheduler.now()).toISOString().slice(11, 23)} ${line}`);
  const broken: Error[] = [];
  const uploads = new Map<string, readonly string[]>();
  const broughtForward = new Set<string>();
  const finishListeners = new Map<string, () => void>();
  const writeListeners: ((before: Row | undefined, after: Row) => void)[] = [];

  const table = createTable(scheduler, random, profile.table, (before, after, by) => {
    if (trace) note(describeRow(after, scheduler.now()));
    guard(() => checkWrite(before, after, profile.policy.archivesVideos));
    guard(() => checkLease(before, after, scheduler.now(), profile.skewMs));
    guard(() => checkDeliveryWrite(state, before, after, scheduler.now(), profile.skewMs));
    guard(() => checkReadersWrite(before, after, by, scheduler.now() - 2 * profile.skewMs));
    guard(() => checkLedger(state));
    if (by.name.startsWith("proxy-read")) broughtForward.add(after.id);
    for (const listener of writeListeners) listener(before, after);
  });
  const fal = createFal(scheduler, random, profile.fal, note, {
    onPost(jobId, call) {
      guard(() => checkPost(state, jobId, call));
      guard(() => checkStart(state, jobId, call, scheduler.now(), profile.skewMs));
      cancelDuringPost(jobId);
    },
    onFinish: (jobId) => finishListeners.get(jobId)?.(),
    onUpload: (jobId) => guard(() => checkUpload(state, jobId)),
  });
  const bucket = createBucket(scheduler, random, profile.bucket);
  const cdn = createCdn(scheduler, random, profile.cdn, (url) =>
    broken.push(new BrokenPromise(`P7: two copy one video at once: ${url}`)),
  );
  const receivers = createReceivers(scheduler, random, profile.receivers, (callback) => {
    note(`callback for ${callback.jobId.slice(0, 6)} by ${callback.by.name}`);
    guard(() => checkCallback(state, callback));
  });
  const bus = createEventBus(scheduler, random, profile.bus, (event) => guard(() => checkEvent(state, event)));
  const state: State = {
    rows: table.rows(),
    tombstones: table.tombstones(),
    requests: fal.requests,
    posts: fal.posts,
    objects: bucket.objects,
    clearedPrefixes: bucket.clearedPrefixes,
    uploads,
    callbacks: receivers.callbacks,
    events: bus.events,
    redeliveries: [],
  };
  const instances = createInstances(scheduler, random, (of) => openJobTable("jobs", scheduler.now, table.client(of)));
  const routing = { noRetry: false, disablesFallbacks: true };
  const privacy = { storesPayloads: profile.storesPayloads, mediaLifetimeSeconds: undefined };

  function guard(check: () => void): void {
    try {
      check();
    } catch (error) {
      broken.push(error instanceof Error ? error : new Error(String(error)));
    }
  }

  /** Callers also cancel while fal is still answering, a moment that is unlikely to occur by chance. */
  function cancelDuringPost(jobId: string): void {
    if (random.chance(profile.cancelChance)) scheduler.after(random.between(0, 700), () => void world.cancel(jobId));
  }

  let invocations = 0;
  function invocation(name: string, timeoutMs: number, crashChance = profile.crashChance): Invocation {
    const skewMs = random.between(-profile.skewMs, profile.skewMs);
    return { name: `${name}#${++invocations}`, alive: true, endsAt: scheduler.now() + timeoutMs, crashChance, skewMs };
  }

  /** Everything that a function uses, as one invocation has it. */
  function collaborators(of: Invocation, { circuitBreaker, keys, typicalDuration }: Instance) {
    const now = () => scheduler.now() + of.skewMs;
    const jobTable = openJobTable("jobs", now, table.client(of));
    const newWriteId = () => Buffer.from(random.bytes(8)).toString("hex");
    return {
      table: jobTable,
      jobs: openJobs({ table: jobTable, policy: profile.policy, now, newWriteId }),
      typicalDuration,
      postCallback: receivers.post(of),
      publish: bus.publish(of),
      secretsOf: async () => SECRETS,
      workersPerOwner: 3,
      waitsPerOwner: 10,
      streamsPerOwner: 10,
      budgets: new Map<string, number>(),
      prices: PRICES,
      allowsLoopbackCallbacks: false,
      pause: (ms: number) => scheduler.pause(of, ms, ms),
      bucket: async () => bucket.open(of),
      readUpload: bucket.readUpload(of),
      fetchVideo: cdn.fetchVideo(of),
      connectFal: async () => ({
        fal: fal.calls(of),
        access: { key: "key", falEndpointUrl: undefined, privacy, routing },
      }),
      circuitBreaker,
      keys,
      falUserId: "user_fal",
      falEndpointUrl: undefined,
      owners: new Map<string, string>(),
      endpoints: site.endpoints,
      publicUrl: PUBLIC_URL,
      policy: profile.policy,
      now,
      random: random.next,
      randomBytes: random.bytes,
      newWriteId,
    };
  }

  type Service = ReturnType<typeof collaborators>;

  /** The functions that an invocation may start. */
  const starters = (of: Invocation) => ({
    check: starter(of, "check", profile.sweepCrashChance, checkHandedOver),
    copy: starter(of, "archive", profile.crashChance, archiveHandedOver),
    deliver: starter(of, "deliver", profile.crashChance, deliverHandedOver),
  });

  /** Lambda's own queue: it sometimes refuses an event, and sometimes loses it. */
  function starter(
    by: Invocation,
    name: string,
    crashChance: number,
    work: (service: Service) => (event: HandedOver) => Promise<void>,
  ) {
    return async (event: object): Promise<void> => {
      await scheduler.pause(by, 1, 40);
      if (random.chance(profile.queue.refuses)) throw new Error("simulated trouble of Lambda");
      if (random.chance(profile.queue.loses)) return;
      scheduler.after(random.between(10, 2_000), () => {
        const of = invocation(name, WORK_TIMEOUT_MS, crashChance);
        const worked = run(of, (service) => work(service)(JSON.parse(JSON.stringify(event))));
        worked.catch((error: unknown) => note(`${name} fails: ${error}`));
      });
    };
  }

  /** Runs a route as API Gateway would. */
  async function request(
    name: string,
    route: (service: Service) => Route,
    event: APIGatewayProxyEvent,
  ): Promise<Answered> {
    const of = invocation(name, API_TIMEOUT_MS);
    const instance = instances.enter(FUNCTIONS[name] ?? name, of);
    const service = collaborators(of, instance);
    const answer = handleWith(
      route(service),
      PUBLIC_URL,
      service.now,
    )(event).then(({ statusCode, headers, body }) => {
      instances.leave(instance);
      return {
        status: statusCode,
        body: body === "" ? {} : JSON.parse(body),
        requestId: headers?.["x-fal-request-id"]?.toString(),
      };
    });
    const lost = new Promise<Answered>((resolve) => {
      scheduler.after(API_TIMEOUT_MS, () => resolve({ status: 500, body: {} }));
    });
    const answered = await Promise.race([answer, lost]);
    note(`${of.name} → ${answered.status}`);
    return answered;
  }

  /** Runs an event that no caller waits for. An instance that crashed is never left. */
  async function run<T>(of: Invocation, work: (service: Service) => Promise<T>): Promise<T> {
    const name = of.name.replace(/#.*/, "");
    const instance = instances.enter(FUNCTIONS[name] ?? name, of);
    const done = await work(collaborators(of, instance));
    instances.leave(instance);
    return done;
  }

  const proxyReader = (service: Service) =>
    proxyRead({
      ...service,
      bucket: NO_URLS,
      askForCaller: askerForCallers(service.connectFal, scheduler.now),
    });
  const proxyWriter = (service: Service) => proxyWrite({ ...service, bucket: NO_URLS, falUploadsPerDay: 0 });

  fal.onDelivery(async ({ webhookUrl }, body, headers) => (await world.deliver(webhookUrl, body, headers)).status);

  const world = {
    profile,
    random,
    scheduler,
    table,
    fal,
    bucket,
    state,
    endpoints: site.endpoints,
    uploads,
    broken,
    /** Jobs that a reader made due for an earlier check. */
    broughtForward: broughtForward as ReadonlySet<string>,
    /** fal answers every call and nothing crashes: in such a world nothing may be missed. */
    isCalm:
      profile.fal.callFails === 0 &&
      profile.fal.downUntil === profile.fal.downFrom &&
      profile.bucket.fails === 0 &&
      profile.queue.refuses + profile.queue.loses === 0 &&
      profile.crashChance + profile.sweepCrashChance + profile.table.throttled + profile.table.appliedButTimedOut === 0,
    guard,
    onWrite(listener: (before: Row | undefined, after: Row) => void) {
      writeListeners.push(listener);
    },
    /** fal has finished one of the job's requests. */
    onFinish: (jobId: string, listener: () => void) => void finishListeners.set(jobId, listener),
    submit: (body: object, key?: string) => request("submit", acceptJob, jsonEvent("/jobs", body, key)),
    batch: (jobs: readonly object[], key?: string) =>
      request("batch", acceptBatch, jsonEvent("/jobs/batch", { jobs }, key)),
    cancel: (id: string) => request("cancel", cancelJob, jobEvent(id, "/cancel")),
    retry: (id: string) => request("retry", retryJob, jobEvent(id, "/retry")),
    redeliver: (id: string) => request("redeliver", redeliverJob, jobEvent(id, "/redeliver")),
    delete: (id: string) => request("delete", deleteJob, jobEvent(id, "")),
    proxy: (asked: ProxyRequest) =>
      asked.method === "GET"
        ? request("proxy-read", proxyReader, proxyEvent(asked))
        : request("proxy-write", proxyWriter, proxyEvent(asked)),
    deliver: (webhookUrl: string, body: Buffer, headers: Record<string, string>) =>
      request("webhook", receiveWebhook, webhookEvent(webhookUrl, body, headers)),
    /** Processes one record of the table's stream. False: Lambda would deliver it again. */
    async archive(id: string): Promise<boolean> {
      const { copy } = starters(invocation("archive", WORK_TIMEOUT_MS));
      return (await handOver(copy)(streamEvent(id))).batchItemFailures.length === 0;
    },
    /** The same for the stream's other reader. */
    async tell(id: string): Promise<boolean> {
      const { deliver } = starters(invocation("deliver", WORK_TIMEOUT_MS));
      return (await handOver(deliver)(streamEvent(id))).batchItemFailures.length === 0;
    },
    sweep() {
      if (!table.anyDue()) return;
      const of = invocation("sweep", WORK_TIMEOUT_MS, profile.sweepCrashChance);
      const swept = run(of, (service) => sweep({ ...service, start: starters(of) }));
      swept.catch((error: unknown) => note(`sweep fails: ${error}`));
    },
  };
  return world;
}
