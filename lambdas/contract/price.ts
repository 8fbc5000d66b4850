import type { Billed, Cost } from "../job/job.ts";
import { modelOf } from "./models/models.ts";

/** The estimated cost of a job before it runs; undefined if the endpoint's price is unknown. */
export function estimatedCost(endpoint: string): Cost | undefined {
  const { price } = modelOf(endpoint);
  return price && { estimated_usd: usd(price.usdPerUnit * price.usualUnits) };
}

/** The cost of the units that fal bills; undefined if the endpoint's price is unknown. */
export function billedCost(endpoint: string, billableUnits: number): Billed | undefined {
  const { price } = modelOf(endpoint);
  return price && { billable_units: billableUnits, actual_usd: usd(price.usdPerUnit * billableUnits) };
}

/** Rounds to a hundredth of a cent, because binary fractions are not exact prices. */
function usd(amount: number): number {
  return Math.round(amount * 10_000) / 10_000;
}
