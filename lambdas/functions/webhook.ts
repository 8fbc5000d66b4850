import { cachedSigningKeys, jwksFetcher } from "../fal/signing-keys.ts";
import { api } from "../http/api.ts";
import { receiveWebhook } from "../routes/receive-webhook.ts";
import { writers } from "./collaborators.ts";
import { environment } from "./environment.ts";
import { lazyBucket } from "./lazy-bucket.ts";

const falEndpointUrl = environment.falEndpointUrl();
const service = {
  ...writers(),
  bucket: lazyBucket(),
  prices: environment.prices(),
  publicUrl: environment.publicUrl(),
  keys: cachedSigningKeys(jwksFetcher(falEndpointUrl), Date.now),
  falUserId: environment.falUserId(),
  falEndpointUrl,
};

/** Receives fal's webhook deliveries. */
export const handler = api({ "POST /webhooks/fal/{id}/{token}": receiveWebhook(service) }, service.publicUrl);
