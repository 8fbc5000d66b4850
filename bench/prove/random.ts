import { mulberry32 } from "../mulberry32.ts";

/** Random numbers that a seed repeats. */
export interface Random {
  chance(probability: number): boolean;
  pick<const T>(choices: readonly [T, ...T[]]): T;
}

/** Opens the generator of a seed. */
export function seededRandom(seed: number): Random {
  const next = mulberry32(seed);
  return {
    chance: (probability) => next() < probability,
    pick: (choices) => choices[Math.floor(next() * choices.length)] ?? choices[0],
  };
}
