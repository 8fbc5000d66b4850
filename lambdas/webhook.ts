import { cachedSigningKeys, jwksFetcher } from "./fal/signing-keys.ts";
import { api } from "./http/api.ts";
import { environment } from "./settings/environment.ts";
import { videoHolder } from "./settlement/hold-video.ts";
import { receiveWebhook } from "./settlement/receive-webhook.ts";
import { collaborators } from "./wiring/collaborators.ts";

const service = collaborators();
const falEndpointUrl = environment.falEndpointUrl();

/** `POST /webhooks/fal/{id}/{token}` */
export const handler = api(
  receiveWebhook({
    ...service,
    keys: cachedSigningKeys(jwksFetcher(falEndpointUrl), Date.now),
    holdVideo: videoHolder(service.prepare),
    falUserId: environment.falUserId(),
    falEndpointUrl,
  }),
);
