import { secretReader } from "../aws/secret.ts";
import { cachedFalKey } from "../fal/key.ts";
import { connectFal } from "../fal/prepare.ts";
import type { Submitter } from "../submit/attempt.ts";
import { environment } from "./environment.ts";

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
