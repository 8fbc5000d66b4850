import type { Random } from "./random.ts";
import type { Simulator } from "./simulator.ts";

/** Lets jobs arrive independently of each other (a Poisson process) until a time in milliseconds. */
export function arrive(
  simulator: Simulator,
  random: Random,
  { perMinute, untilMs }: { readonly perMinute: number; readonly untilMs: number },
  onArrival: () => void,
): void {
  const meanMs = 60_000 / perMinute;
  const next = () =>
    simulator.after(random.exponential(meanMs), () => {
      if (simulator.now() > untilMs) return;
      onArrival();
      next();
    });
  next();
}
