import { randomBytes, randomUUID } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import type { Bucket } from "../aws/bucket.ts";
import type { Publish } from "../aws/event-bus.ts";
import { cached, secretReader } from "../aws/secret.ts";
import { callbackSecrets } from "../deliver/callback-secrets.ts";
import { callbackPoster } from "../deliver/post-callback.ts";
import { cachedFalKey } from "../fal/key.ts";
import { connectFal } from "../fal/prepare.ts";
import type { Submitter } from "../submit/attempt.ts";
import { openCircuitBreaker } from "../submit/circuit-breaker.ts";
import type { Acceptor } from "../submit/make-job.ts";
import { uploadReader } from "../submit/read-upload.ts";
import { openJobTable } from "../table/job-table.ts";
import { openJobs } from "../table/jobs.ts";
import { openTypicalDuration } from "../table/usual-time.ts";
import { environment } from "./environment.ts";

/** The real collaborators of everything that writes jobs: the table, the clock, chance. */
export function writers() {
  const written = {
    table: openJobTable(environment.tableName(), Date.now),
    policy: environment.policy(),
    now: Date.now,
    newWriteId: randomUUID,
  };
  return { ...written, jobs: openJobs(written), random: Math.random };
}

/** Those of everything that reads for callers: the table, whose job it is, and where its links lead. */
export function callers() {
  return {
    table: openJobTable(environment.tableName(), Date.now),
    owners: environment.owners(),
    publicUrl: environment.publicUrl(),
    now: Date.now,
  };
}

/** Those of everything that submits jobs, or otherwise calls fal with our key. */
export function submitters() {
  return { ...writers(), connectFal: falConnector(), circuitBreaker: openCircuitBreaker(Date.now), randomBytes };
}

/** Those of everything that takes new jobs from callers. */
export function acceptors(): Acceptor {
  const service = submitters();
  return {
    ...service,
    ...environment.site(),
    pause: (ms) => pause(ms),
    typicalDuration: openTypicalDuration(service.table, Date.now),
    readUpload: uploadReader(environment.bucketAccess()),
    budgets: environment.budgets(),
    owners: environment.owners(),
    endpoints: environment.endpointIds(),
  };
}

/** Those of everything that tells how a job ended. */
export function deliverers() {
  const service = writers();
  const master = masterSecret();
  const site = environment.site();
  return {
    ...service,
    publicUrl: environment.publicUrl(),
    postCallback: callbackPoster({ publicUrl: site.publicUrl, allowsLoopback: site.allowsLoopbackCallbacks }),
    publish: lazyEventBus(),
    typicalDuration: openTypicalDuration(service.table, Date.now),
    secretsOf: async (owner: string) =>
      callbackSecrets(await master(), owner, await service.table.readOwner(owner), service.now()),
  };
}

/** fal's client and key, had when first needed. */
export function falConnector(): Submitter["connectFal"] {
  const falKey = cachedFalKey(secretReader(environment.falKeySecretId()), Date.now);
  const falEndpointUrl = environment.falEndpointUrl();
  const privacy = environment.falPrivacy();
  return () => connectFal(() => import("../fal/client.ts"), falKey, falEndpointUrl, privacy);
}

/** The secret that all others follow from, read when first needed. */
export function masterSecret(): () => Promise<string> {
  return cached(secretReader(environment.masterSecretId()));
}

/** The bucket, opened when first needed: most invocations need none. */
export function lazyBucket(): () => Promise<Bucket> {
  const { name, endpoint } = environment.mediaBucket();
  let bucket: Promise<Bucket> | undefined;
  return () => {
    bucket ??= import("../aws/bucket.ts").then(({ openBucket }) => openBucket(name, endpoint));
    return bucket;
  };
}

/** The event bus, opened when first needed. */
function lazyEventBus(): Publish {
  const name = environment.eventBusName();
  let bus: Promise<Publish> | undefined;
  return async (detailType, detail) => {
    bus ??= import("../aws/event-bus.ts").then(({ openEventBus }) => openEventBus(name));
    await (await bus)(detailType, detail);
  };
}
