import { FAL_KEY_COOLDOWN_MS, FAL_KEY_MAX_AGE_MS } from "../limits.ts";

/**
 * Returns FAL_KEY; undefined if the operator has not set it. Throws if Secrets Manager is unreachable and no key is
 * cached.
 */
export interface FalKey {
  (): Promise<string | undefined>;
  /** fal refused the key: it is read again soon, because the operator may store another one. */
  readonly refused?: (() => void) | undefined;
}

type ReadSecret = () => Promise<string | undefined>;

/** Reads FAL_KEY from its secret and caches it for five minutes, so that a changed key works without a deployment. */
export function cachedFalKey(readSecret: ReadSecret, now: () => number): FalKey {
  let known: { readonly value: string | undefined; readonly staleAt: number } | undefined;
  const refused = () => {
    if (known) known = { ...known, staleAt: Math.min(known.staleAt, now() + FAL_KEY_COOLDOWN_MS) };
  };
  const read = async () => {
    if (known && now() < known.staleAt) return known.value;
    try {
      const value = await readSecret();
      known = { value, staleAt: now() + (value === undefined ? FAL_KEY_COOLDOWN_MS : FAL_KEY_MAX_AGE_MS) };
    } catch (error) {
      if (known?.value === undefined) throw error;
      known = { value: known.value, staleAt: now() + FAL_KEY_COOLDOWN_MS };
    }
    return known.value;
  };
  return Object.assign(read, { refused });
}
