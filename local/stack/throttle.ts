/** A token bucket's size and how fast it fills. */
export type Rate = { readonly perSecond: number; readonly burst: number };

/** Takes one token from the bucket of this name. Returns false if it is empty. Without a rate, it never is. */
export type Throttle = (bucket: string, rate: Rate | undefined, nowMs: number) => boolean;

/** Token buckets by name, like those of usage plans and of a stage's methods. */
export function makeThrottle(): Throttle {
  const buckets = new Map<string, { tokens: number; filledAtMs: number }>();
  return (name, rate, nowMs) => {
    if (rate === undefined) return true;
    const bucket = buckets.get(name) ?? { tokens: rate.burst, filledAtMs: nowMs };
    const filled = bucket.tokens + ((nowMs - bucket.filledAtMs) / 1000) * rate.perSecond;
    const tokens = Math.min(rate.burst, filled);
    const passes = tokens >= 1;
    buckets.set(name, { tokens: passes ? tokens - 1 : tokens, filledAtMs: nowMs });
    return passes;
  };
}
