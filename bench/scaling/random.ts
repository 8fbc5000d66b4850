/** Random numbers that a seed determines. */
export interface Random {
  /** From 0 to 1, without 1. */
  next(): number;
  /** Exponentially distributed: the time between two arrivals of a Poisson process. */
  exponential(mean: number): number;
  /** Log-normally distributed. `spread` is the standard deviation divided by the mean. */
  around(mean: number, spread: number): number;
  /** A whole number from 0 to `count` - 1. */
  below(count: number): number;
}

/**
 * Numbers by mulberry32, a generator with 32 bits of state. Only `Math.log`, `exp`, `sqrt` and `cos` are used on them:
 * V8 computes these in the same way on every machine.
 */
export function openRandom(seed: number): Random {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const normal = () => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next());
  return {
    next,
    exponential: (mean) => -mean * Math.log(1 - next()),
    around(mean, spread) {
      if (spread === 0) return mean;
      const variance = Math.log(1 + spread * spread);
      return mean * Math.exp(Math.sqrt(variance) * normal() - variance / 2);
    },
    below: (count) => Math.floor(next() * count),
  };
}
