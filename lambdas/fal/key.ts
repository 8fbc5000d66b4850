import { FAL_KEY_COOLDOWN_MS, FAL_KEY_MAX_AGE_MS } from "../limits.ts";

/**
 * Returns FAL_KEY, or undefined while the operator has not set it. Throws if Secrets Manager does not answer and no key
 * is cached.
 */
export type FalKey = () => Promise<string | undefined>;

type ReadSecret = () => Promise<string | undefined>;

/** FAL_KEY from its secret, cached for five minutes, so that a changed key is used without a deployment. */
export function cachedFalKey(readSecret: ReadSecret, now: () => number): FalKey {
  let known: { readonly value: string | undefined; readonly staleAt: number } | undefined;
  return async () => {
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
}
