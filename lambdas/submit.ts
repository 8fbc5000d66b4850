import { randomBytes, randomUUID } from "node:crypto";
import { cachedFalKey, secretReader } from "./fal/key.ts";
import { prepareFal } from "./fal/prepare.ts";
import { api } from "./http/api.ts";
import { environment } from "./settings/environment.ts";
import { acceptJob } from "./submission/accept-job.ts";
import { openJobTable } from "./table/job-table.ts";

const falKey = cachedFalKey(secretReader(environment.falKeySecretId()), Date.now);

/** `POST /jobs` */
export const handler = api(
  acceptJob({
    table: openJobTable(environment.tableName(), Date.now),
    prepare: () => prepareFal(() => import("./fal/client.ts"), falKey),
    owners: environment.owners(),
    endpoint: environment.endpointId(),
    publicUrl: environment.publicUrl(),
    falEndpointUrl: environment.falEndpointUrl(),
    patience: environment.patience(),
    now: Date.now,
    random: Math.random,
    randomBytes,
    newWriteId: randomUUID,
  }),
);
