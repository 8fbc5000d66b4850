import { writeNumber, writeTime } from "./format.ts";
import type { Section } from "./section.ts";
import { type OutageSeen, simulateOutage } from "./sweep.ts";

const minutes = 10;
const loads = [10, 100, 1_000, 2_000, 4_000, 5_000, 6_000, 8_000, 10_000];
const shownLoads = [10, 1_000, 4_000, 10_000];
/** So many jobs at once that a sweep is never done. */
const flood = 20_000;
/** Rule P8: a minute has a look for a fifth of the open jobs at least. */
const openPerLook = 5;
const largest = 100_000;

/** What the sweep does while no webhook arrives, and while fal hangs. */
export function describeSweep(seed: number): Section {
  const outages = loads.map((jobsPerMinute) => ({
    jobsPerMinute,
    ...simulateOutage({ seed, jobsPerMinute, minutes, fal: "answers" }),
  }));
  const answers = sweepCapacity(seed, "answers");
  const hangs = sweepCapacity(seed, "hangs");
  return {
    tables: {
      "sweep-rate": [
        [
          "one sweep, while fal",
          "looks per minute",
          "open jobs that rule P8 allows",
          `sweeps for ${writeNumber(largest)} jobs per minute`,
        ],
        ...[["answers at once", answers] as const, ["lets every call time out", hangs] as const].map(
          ([what, looks]) => [what, ...[looks, looks * openPerLook, Math.ceil(largest / looks)].map(writeNumber)],
        ),
      ],
      "sweep-outage": [
        ["jobs per minute, no webhooks", "end at fal to settled: median", "99 %", "left behind after 10 min"],
        ...outages
          .filter(({ jobsPerMinute }) => shownLoads.includes(jobsPerMinute))
          .map(({ jobsPerMinute, delays, left }) => [
            writeNumber(jobsPerMinute),
            ...[0.5, 0.99].map((share) => writeTime(delays.percentile(share))),
            writeNumber(left),
          ]),
      ],
    },
    plots: {
      sweep: {
        title: "No webhook arrives: from the end at fal to settled",
        x: { label: "jobs per minute", isLogarithmic: true },
        y: { label: "seconds", isLogarithmic: false },
        lines: [lineOf("99 % of jobs", 0.99, outages), lineOf("half of the jobs", 0.5, outages)],
      },
    },
  };
}

/** Looks per minute of one sweep that always finds more to do. */
export function sweepCapacity(seed: number, fal: "answers" | "hangs"): number {
  return simulateOutage({ seed, jobsPerMinute: flood, minutes: 3, fal }).looksPerMinute;
}

type Outages = readonly (OutageSeen & { readonly jobsPerMinute: number })[];

function lineOf(name: string, share: number, outages: Outages) {
  const points = outages.map(({ jobsPerMinute, delays }) => [jobsPerMinute, delays.percentile(share) / 1000] as const);
  return { name, points };
}
