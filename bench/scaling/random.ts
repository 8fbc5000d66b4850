import { mulberry32 } from "../mulberry32.ts";

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
 * Opens the generator of a seed. Only `Math.log`, `exp`, `sqrt` and `cos` are used on its numbers: V8 computes these in the
 * same way on every machine.
 */
export function openRandom(seed: number): Random {
  const next = mulberry32(seed);
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
