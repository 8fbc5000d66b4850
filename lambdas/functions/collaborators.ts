import { randomBytes, randomUUID } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import type { Bucket } from "../aws/bucket.ts";
import type { Publish } from "../aws/event-bus.ts";
import { cached, secretReader } from "../aws/secret.ts";
import type { StartFunction } from "../aws/start-function.ts";
import { callbackSecrets } from "../deliver/callback-secrets.ts";
import { callbackPoster } from "../deliver/post-callback.ts";
import { cachedFalKey } from "../fal/key.ts";
import { connectFal } from "../fal/prepare.ts";
import { countFor } from "../metrics.ts";
import type { Submitter } from "../submit/attempt.ts";
import { openCircuitBreaker } from "../submit/circuit-breaker.ts";
import type { Acceptor } from "../submit/make-job.ts";
import { uploadReader } from "../submit/read-upload.ts";
import { openJobTable } from "../table/job-table.ts";
import { openJobs } from "../table/jobs.ts";
import { openTypicalDuration } from "../table/typical-duration.ts";
import { environment } from "./environment.ts";

/** The real collaborators of functions that write jobs, and so count metrics: the table, the clock, random numbers. */
export function writers() {
  countFor(environment.stackName());
  const written = {
    table: openJobTable(environment.tableName(), Date.now),
    policy: environment.policy(),
    now: Date.now,
    newWriteId: randomUUID,
  };
  return { ...written, jobs: openJobs(written), random: Math.random };
}

/** Collaborators of functions that read for callers: the table, ownership checks and links. */
export function callers() {
  return {
    table: openJobTable(environment.tableName(), Date.now),
    owners: environment.owners(),
    publicUrl: environment.publicUrl(),
    now: Date.now,
  };
}

/** Collaborators of functions that submit jobs or otherwise call fal with our key. */
export function submitters() {
  const service = writers();
  return { ...service, connectFal: falConnector(), circuitBreaker: openCircuitBreaker(service), randomBytes };
}

/** Collaborators of functions that accept new jobs from callers. */
export function acceptors(): Acceptor {
  const service = submitters();
  return {
    ...service,
    ...environment.site(),
    waitsPerOwner: environment.perOwner.waits(),
    pause: (ms) => pause(ms),
    typicalDuration: openTypicalDuration(service.table, Date.now),
    readUpload: uploadReader(environment.bucketAccess()),
    budgets: environment.budgets(),
    prices: environment.prices(),
    owners: environment.owners(),
    endpoints: environment.endpointIds(),
  };
}

/** Collaborators of functions that deliver a job's final event. */
export function deliverers() {
  const service = writers();
  const master = masterSecret();
  const site = environment.site();
  return {
    ...service,
    publicUrl: environment.publicUrl(),
    postCallback: callbackPoster({ ...site, allowsLoopback: site.allowsLoopbackCallbacks }),
    publish: lazyEventBus(),
    typicalDuration: openTypicalDuration(service.table, Date.now),
    secretsOf: async (owner: string) =>
      callbackSecrets(await master(), owner, await service.table.readOwner(owner), service.now()),
  };
}

/** Loads fal's client and key on first use. */
export function falConnector(): Submitter["connectFal"] {
  const falKey = cachedFalKey(secretReader(environment.falKeySecretId()), Date.now);
  const settings = {
    falEndpointUrl: environment.falEndpointUrl(),
    privacy: environment.falPrivacy(),
    routing: environment.falRouting(),
  };
  return () => connectFal(() => import("../fal/client.ts"), falKey, settings);
}

/** Reads the secret from which all others are derived, on first use. */
export function masterSecret(): () => Promise<string> {
  return cached(secretReader(environment.masterSecretId()));
}

/** Opens the bucket on first use, because most invocations need none. */
export function lazyBucket(): () => Promise<Bucket> {
  const { name, endpoint } = environment.mediaBucket();
  let bucket: Promise<Bucket> | undefined;
  return () => {
    bucket ??= import("../aws/bucket.ts").then(({ openBucket }) => openBucket(name, endpoint));
    return bucket;
  };
}

/** Starts a function of this stack; Lambda's client is loaded on first use. */
export function lazyStarter(functionName: string): StartFunction {
  let starter: Promise<StartFunction> | undefined;
  return async (event) => {
    starter ??= import("../aws/start-function.ts").then(({ functionStarter }) => functionStarter(functionName));
    await (await starter)(event);
  };
}

/** Opens the event bus on first use. */
function lazyEventBus(): Publish {
  const name = environment.eventBusName();
  let bus: Promise<Publish> | undefined;
  return async (detailType, detail) => {
    bus ??= import("../aws/event-bus.ts").then(({ openEventBus }) => openEventBus(name));
    await (await bus)(detailType, detail);
  };
}
