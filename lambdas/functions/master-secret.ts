import { cached, secretReader } from "../aws/secret.ts";
import { environment } from "./environment.ts";

/** Reads the secret from which all others are derived, on first use. */
export function masterSecret(): () => Promise<string> {
  return cached(secretReader(environment.masterSecretId()));
}
