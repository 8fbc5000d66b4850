import { arrive } from "./arrivals.ts";
import { openRandom } from "./random.ts";
import { openSample, type Sample } from "./sample.ts";
import { openSimulator } from "./simulator.ts";
import { openStation } from "./station.ts";

/** Poisson arrivals at servers with one queue. */
export interface Crowd {
  readonly seed: number;
  readonly servers: number;
  readonly perMinute: number;
  readonly serviceMs: number;
  /** `exponential`: as in M/M/c. A number: the standard deviation divided by the mean. */
  readonly spread: "exponential" | number;
  readonly minutes: number;
}

/** What was seen. Times are in milliseconds. */
export interface CrowdSeen {
  readonly waits: Sample;
  /** Servers that are busy, at most 10 times a second, and at most once in a service time. */
  readonly busy: Sample;
}

/** Simulates arrivals, and waits until all of them are served. */
export function simulateCrowd({ seed, servers, perMinute, serviceMs, spread, minutes }: Crowd): CrowdSeen {
  const simulator = openSimulator();
  const random = openRandom(seed);
  const station = openStation(simulator, servers);
  const waits = openSample();
  const busy = openSample();
  const untilMs = minutes * 60_000;
  // Nothing is noted before the queue has its usual length.
  const warmMs = untilMs / 10;
  arrive(simulator, random, { perMinute, untilMs }, () => {
    const arrivedAt = simulator.now();
    const timeMs = spread === "exponential" ? random.exponential(serviceMs) : random.around(serviceMs, spread);
    const started = () => {
      if (arrivedAt >= warmMs) waits.add(simulator.now() - arrivedAt);
    };
    station.serve(timeMs, () => {}, started);
  });
  const look = () => {
    if (simulator.now() >= warmMs) busy.add(station.busy());
    if (simulator.now() < untilMs) simulator.after(Math.max(100, serviceMs), look);
  };
  look();
  simulator.run(Number.POSITIVE_INFINITY);
  return { waits, busy };
}
