import type { functionNeeds } from "../../infra/function-needs.ts";
import { writeNumber } from "./format.ts";
import { simulateCrowd } from "./multi-server.ts";
import type { Section } from "./section.ts";
import { serviceTimes } from "./service-times.ts";

const { tableMs, ownMs, falSubmitMs, copyMs, callbackMs, startCallMs } = serviceTimes;

/**
 * How long the functions work for one job, in milliseconds. `archive` and `deliver` also read the stream. An execution
 * that copies several videos at once counts as several here.
 */
export const workPerJobMs = {
  submit: ownMs + 2 * tableMs + falSubmitMs,
  webhook: ownMs + tableMs,
  archive: startCallMs + 5 * tableMs + copyMs,
  deliver: startCallMs + 5 * tableMs + callbackMs,
} as const satisfies Partial<Record<keyof typeof functionNeeds, number>>;

/** The functions of a job's usual way. */
export const workingFunctions = ["submit", "webhook", "archive", "deliver"] as const;

type Worker = (typeof workingFunctions)[number];

const loads = [10, 1_000, 100_000];
const spread = 0.4;
/** A large load is independent parts, of which one is simulated for the mean. */
const simulatedMost = 10_000;

/** How many executions the usual way of jobs needs, without watchers. */
export function describeExecutions(seed: number): Section {
  const seen = workingFunctions.map((name) => ({ name, counts: loads.map((load) => count(seed, name, load)) }));
  const sum = (place: number) => seen.reduce((all, { counts }) => all + (counts[place]?.most ?? 0), 0);
  return {
    tables: {
      executions: [
        ["executions at once: mean, and 99.9 % of the time", ...loads.map((load) => `${writeNumber(load)} per minute`)],
        ...seen.map(({ name, counts }) => [
          `\`${name}\``,
          ...counts.map(({ mean, most }) => `${writeNumber(mean)}, ${writeNumber(most)}`),
        ]),
        ["sum of the second numbers", ...loads.map((_, place) => writeNumber(sum(place)))],
      ],
    },
    plots: {},
  };
}

function count(seed: number, name: Worker, perMinute: number): { readonly mean: number; readonly most: number } {
  const parts = Math.max(1, perMinute / simulatedMost);
  const { busy } = simulateCrowd({
    seed,
    servers: Number.POSITIVE_INFINITY,
    perMinute: perMinute / parts,
    serviceMs: workPerJobMs[name],
    spread,
    minutes: perMinute < 100 ? 100 : 2,
  });
  // The numbers of independent parts add up, and so do their variances.
  const above = busy.percentile(0.999) - busy.mean();
  return { mean: busy.mean() * parts, most: Math.ceil(busy.mean() * parts + above * Math.sqrt(parts)) };
}
