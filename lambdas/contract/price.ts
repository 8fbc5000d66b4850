import type { Billed, Cost } from "../job/job.ts";

/** What fal bills for an endpoint: the price of a unit, and how many units a job usually uses. */
export interface Price {
  readonly usdPerUnit: number;
  readonly typicalUnits: number;
}

/**
 * Endpoint → its price. The jobs of an endpoint without one have no cost, and an owner with a budget cannot create them
 * (rule P29).
 */
export type Prices = ReadonlyMap<string, Price>;

/** The estimated cost of a job that has not run; undefined if the price of the endpoint is not known. */
export function estimatedCost(prices: Prices, endpoint: string): Cost | undefined {
  const price = prices.get(endpoint);
  return price && { estimated_usd: usd(price.usdPerUnit * price.typicalUnits) };
}

/** The cost of the units that fal bills; undefined if the price of the endpoint is not known. */
export function billedCost(prices: Prices, endpoint: string, billableUnits: number): Billed | undefined {
  const price = prices.get(endpoint);
  return price && { billable_units: billableUnits, actual_usd: usd(price.usdPerUnit * billableUnits) };
}

/** Rounded to a hundredth of a cent, to remove the errors of binary fractions. */
function usd(amount: number): number {
  return Math.round(amount * 10_000) / 10_000;
}
