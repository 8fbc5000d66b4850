/** Counts one request of a caller. Returns false if it comes too soon. */
export type Throttle = (caller: string, nowMs: number) => boolean;

/**
 * A token bucket for each caller, like a usage plan's. The burst equals the requests of one second. Without a rate,
 * every request is allowed.
 */
export function makeThrottle(perSecond: number | undefined): Throttle {
  if (perSecond === undefined) return () => true;
  const buckets = new Map<string, { tokens: number; filledAtMs: number }>();
  return (caller, nowMs) => {
    const bucket = buckets.get(caller) ?? { tokens: perSecond, filledAtMs: nowMs };
    const filled = bucket.tokens + ((nowMs - bucket.filledAtMs) / 1000) * perSecond;
    const tokens = Math.min(perSecond, filled);
    const passes = tokens >= 1;
    buckets.set(caller, { tokens: passes ? tokens - 1 : tokens, filledAtMs: nowMs });
    return passes;
  };
}
