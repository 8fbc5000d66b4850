import { randomBytes, randomUUID } from "node:crypto";
import { cachedFalKey, secretReader } from "../fal/key.ts";
import { prepareFal } from "../fal/prepare.ts";
import type { Bucket } from "../media/bucket.ts";
import { environment } from "../settings/environment.ts";
import type { Submitter } from "../submission/attempt.ts";
import { openGate } from "../submission/gate.ts";
import { openJobTable } from "../table/job-table.ts";

/** The real collaborators of everything that writes jobs: the table, the clock, chance. */
export function writers() {
  return {
    table: openJobTable(environment.tableName(), Date.now),
    policy: environment.policy(),
    now: Date.now,
    random: Math.random,
    newWriteId: randomUUID,
  };
}

/** Those of everything that submits jobs, or otherwise calls fal with our key. */
export function submitters(): Omit<Submitter, "publicUrl"> {
  return { ...writers(), prepare: preparer(), gate: openGate(Date.now), randomBytes };
}

/** fal's client and key, had when first needed. */
export function preparer(): Submitter["prepare"] {
  const falKey = cachedFalKey(secretReader(environment.falKeySecretId()), Date.now);
  const falEndpointUrl = environment.falEndpointUrl();
  const privacy = environment.falPrivacy();
  return () => prepareFal(() => import("../fal/client.ts"), falKey, falEndpointUrl, privacy);
}

/** The bucket, opened when first needed: most invocations need none. */
export function lateBucket(): () => Promise<Bucket> {
  const { name, endpoint } = environment.mediaBucket();
  let bucket: Promise<Bucket> | undefined;
  return () => {
    bucket ??= import("../media/bucket.ts").then(({ openBucket }) => openBucket(name, endpoint));
    return bucket;
  };
}
