import type { Billed, Cost } from "../job/job.ts";
import { modelOf } from "./models/models.ts";

/** The estimated cost of a job that has not run; undefined if the price of the endpoint is not known. */
export function estimatedCost(endpoint: string): Cost | undefined {
  const { price } = modelOf(endpoint);
  return price && { estimated_usd: usd(price.usdPerUnit * price.typicalUnits) };
}

/** The cost of the units that fal bills; undefined if the price of the endpoint is not known. */
export function billedCost(endpoint: string, billableUnits: number): Billed | undefined {
  const { price } = modelOf(endpoint);
  return price && { billable_units: billableUnits, actual_usd: usd(price.usdPerUnit * billableUnits) };
}

/** Rounded to a hundredth of a cent, to remove the errors of binary fractions. */
function usd(amount: number): number {
  return Math.round(amount * 10_000) / 10_000;
}
