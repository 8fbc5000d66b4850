import { randomBytes, randomUUID } from "node:crypto";
import { cachedFalKey, secretReader } from "../fal/key.ts";
import { prepareFal } from "../fal/prepare.ts";
import { environment } from "../settings/environment.ts";
import type { Submitter } from "../submission/attempt.ts";
import { openGate } from "../submission/gate.ts";
import { openJobTable } from "../table/job-table.ts";

/** The real collaborators of everything that writes jobs and calls fal: the table, fal, the clock, chance. */
export function collaborators(): Omit<Submitter, "publicUrl"> {
  const falKey = cachedFalKey(secretReader(environment.falKeySecretId()), Date.now);
  const falEndpointUrl = environment.falEndpointUrl();
  return {
    table: openJobTable(environment.tableName(), Date.now),
    prepare: () => prepareFal(() => import("../fal/client.ts"), falKey, falEndpointUrl),
    gate: openGate(Date.now),
    patience: environment.patience(),
    now: Date.now,
    random: Math.random,
    randomBytes,
    newWriteId: randomUUID,
  };
}
