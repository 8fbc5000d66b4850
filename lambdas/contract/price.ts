import type { Billed, Cost } from "../job/job.ts";
import { modelOf } from "./models/models.ts";

/** The cost of a job that is yet to run; undefined where the endpoint's price is not known. */
export function estimatedCost(endpoint: string): Cost | undefined {
  const { price } = modelOf(endpoint);
  return price && { estimated_usd: usd(price.usdPerUnit * price.usualUnits) };
}

/** What the units that fal bills come to; undefined where the endpoint's price is not known. */
export function billedCost(endpoint: string, billableUnits: number): Billed | undefined {
  const { price } = modelOf(endpoint);
  return price && { billable_units: billableUnits, actual_usd: usd(price.usdPerUnit * billableUnits) };
}

/** To a hundredth of a cent: fractions of binary numbers are nobody's price. */
function usd(amount: number): number {
  return Math.round(amount * 10_000) / 10_000;
}
