import { randomUUID } from "node:crypto";
import { cachedFalKey, secretReader } from "./fal/key.ts";
import { prepareFal } from "./fal/prepare.ts";
import { cachedSigningKeys, jwksFetcher } from "./fal/signing-keys.ts";
import { api } from "./http/api.ts";
import { environment } from "./settings/environment.ts";
import { videoHolder } from "./settlement/hold-video.ts";
import { receiveWebhook } from "./settlement/receive-webhook.ts";
import { openJobTable } from "./table/job-table.ts";

const falEndpointUrl = environment.falEndpointUrl();
const falKey = cachedFalKey(secretReader(environment.falKeySecretId()), Date.now);
const prepare = () => prepareFal(() => import("./fal/client.ts"), falKey);

/** `POST /webhooks/fal/{id}/{token}` */
export const handler = api(
  receiveWebhook({
    table: openJobTable(environment.tableName(), Date.now),
    keys: cachedSigningKeys(jwksFetcher(falEndpointUrl), Date.now),
    holdVideo: videoHolder(prepare, falEndpointUrl),
    falEndpointUrl,
    patience: environment.patience(),
    now: Date.now,
    newWriteId: randomUUID,
  }),
);
