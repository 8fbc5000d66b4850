import { cachedSigningKeys, jwksFetcher } from "../fal/signing-keys.ts";
import { api } from "../http/api.ts";
import { receiveWebhook } from "../routes/receive-webhook.ts";
import { lateBucket, writers } from "./collaborators.ts";
import { environment } from "./environment.ts";

const falEndpointUrl = environment.falEndpointUrl();

/** `POST /webhooks/fal/{id}/{token}` */
export const handler = api(
  receiveWebhook({
    ...writers(),
    bucket: lateBucket(),
    publicUrl: environment.publicUrl(),
    keys: cachedSigningKeys(jwksFetcher(falEndpointUrl), Date.now),
    falUserId: environment.falUserId(),
    falEndpointUrl,
  }),
);
