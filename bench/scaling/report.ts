import { describeCapacities } from "./capacities.ts";
import { describeCosts } from "./costs.ts";
import { describeExecutions } from "./executions.ts";
import { describeFalQueue } from "./fal-queue.ts";
import { describeKeeping } from "./keeping-section.ts";
import { describePartitions } from "./partitions.ts";
import type { Section } from "./section.ts";
import { describeSweep } from "./sweep-section.ts";
import { describeWatchers } from "./watchers.ts";

/** The seed of the figures in the page. */
export const pageSeed = 20_261_129;

/** Runs all simulations. One seed always gives the same report. */
export function makeReport(seed: number): Section {
  const sections = [
    describeCapacities(seed),
    describeFalQueue(seed),
    describePartitions(seed),
    describeSweep(seed),
    describeKeeping(seed),
    describeExecutions(seed),
    describeWatchers(seed),
    describeCosts(),
  ];
  return {
    tables: Object.assign({}, ...sections.map(({ tables }) => tables)),
    plots: Object.assign({}, ...sections.map(({ plots }) => plots)),
  };
}
