import { createPublicKey, type KeyObject } from "node:crypto";
import { SIGNING_KEYS_COOLDOWN_MS, SIGNING_KEYS_MAX_AGE_MS, SIGNING_KEYS_TIMEOUT_MS } from "../limits.ts";
import { isObject } from "./detail.ts";
import { falUrl } from "./url.ts";

const JWKS_URL = "https://rest.fal.ai/.well-known/jwks.json";

/** fal's public signing keys. Both functions throw only if no key was ever fetched. */
export interface SigningKeys {
  /** The known keys. They are fetched if there are none or they are older than a day. */
  current(): Promise<readonly KeyObject[]>;
  /**
   * The keys, fetched again because none of the known ones made a signature. Returns the known ones if the last fetch
   * was recent.
   */
  refreshed(): Promise<readonly KeyObject[]>;
}

type FetchKeys = () => Promise<readonly KeyObject[]>;

/**
 * A cache of the keys. It keeps them for at most 24 hours, makes one fetch at a time for all callers and at most one
 * every 30 seconds, and returns stale keys while fal's key host is down. Without any key it throws, so that no delivery
 * is accepted unverified.
 */
export function cachedSigningKeys(fetchKeys: FetchKeys, now: () => number): SigningKeys {
  let keys: readonly KeyObject[] | undefined;
  let fetchedAt = Number.NEGATIVE_INFINITY;
  let triedAt = Number.NEGATIVE_INFINITY;
  let inFlight: Promise<void> | undefined;

  const fetchShared = () => {
    inFlight ??= fetchKeys()
      .then((fetched) => {
        keys = fetched;
        fetchedAt = now();
      })
      .finally(() => {
        triedAt = now();
        inFlight = undefined;
      });
    return inFlight;
  };
  const refreshed = async () => {
    if (keys && !inFlight && now() - triedAt < SIGNING_KEYS_COOLDOWN_MS) return keys;
    await fetchShared().catch((error: unknown) => {
      if (!keys) throw error;
    });
    return keys ?? [];
  };
  return {
    refreshed,
    current: async () => (keys && now() - fetchedAt < SIGNING_KEYS_MAX_AGE_MS ? keys : refreshed()),
  };
}

/** Fetches fal's JWKS. Requires exactly status 200 and at least one key; only Ed25519 keys are accepted. */
export function jwksFetcher(falEndpointUrl: string | undefined): FetchKeys {
  return async () => {
    const response = await fetch(falUrl(JWKS_URL, falEndpointUrl), {
      redirect: "error",
      signal: AbortSignal.timeout(SIGNING_KEYS_TIMEOUT_MS),
    });
    if (response.status !== 200) throw new Error(`fal's key host returned ${response.status}, expected 200.`);
    return parseJwks(await response.json());
  };
}

/** The Ed25519 keys of a JWKS. Throws if there are none. */
export function parseJwks(jwks: unknown): readonly KeyObject[] {
  const listed: readonly unknown[] = isObject(jwks) && Array.isArray(jwks.keys) ? jwks.keys : [];
  const keys = listed.flatMap((jwk) => {
    if (!isObject(jwk) || jwk.kty !== "OKP" || jwk.crv !== "Ed25519" || typeof jwk.x !== "string") return [];
    return [createPublicKey({ key: { kty: "OKP", crv: "Ed25519", x: jwk.x }, format: "jwk" })];
  });
  if (keys.length === 0) throw new Error("fal's JWKS contains no Ed25519 key.");
  return keys;
}
