import { createPublicKey, type KeyObject } from "node:crypto";
import { SIGNING_KEYS_COOLDOWN_MS, SIGNING_KEYS_MAX_AGE_MS, SIGNING_KEYS_TIMEOUT_MS } from "../limits.ts";
import { isObject } from "./detail.ts";
import { falUrl } from "./url.ts";

const JWKS_URL = "https://rest.fal.ai/.well-known/jwks.json";

/** fal's public signing keys. Both calls throw only when no key was ever had. */
export interface SigningKeys {
  /** The keys as known, fetched when there are none or they are older than a day. */
  current(): Promise<readonly KeyObject[]>;
  /** The keys fetched anew, for a signature that none of the known ones made; the known ones while that was tried lately. */
  refreshed(): Promise<readonly KeyObject[]>;
}

type FetchKeys = () => Promise<readonly KeyObject[]>;

/**
 * The key cache: kept for at most 24 hours, one fetch in flight for all who wait, at most one every 30 seconds, and stale keys are
 * served while fal's key host is down. Without any key it throws: never an open door.
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

/** Fetches fal's JWKS: exact 200, Ed25519 keys only, at least one. */
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

/** The Ed25519 keys of a JWKS. Throws when there is none. */
export function parseJwks(jwks: unknown): readonly KeyObject[] {
  const listed: readonly unknown[] = isObject(jwks) && Array.isArray(jwks.keys) ? jwks.keys : [];
  const keys = listed.flatMap((jwk) => {
    if (!isObject(jwk) || jwk.kty !== "OKP" || jwk.crv !== "Ed25519" || typeof jwk.x !== "string") return [];
    return [createPublicKey({ key: { kty: "OKP", crv: "Ed25519", x: jwk.x }, format: "jwk" })];
  });
  if (keys.length === 0) throw new Error("fal's JWKS contains no Ed25519 key.");
  return keys;
}
