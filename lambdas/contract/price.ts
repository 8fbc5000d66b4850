import { modelOf } from "./models/models.ts";

/** What fal bills for an endpoint: so much for a unit, and how many units a job usually comes to. */
export interface Price {
  readonly usdPerUnit: number;
  readonly usualUnits: number;
}

/** What a job costs, in US dollars. */
export interface Cost {
  /** By the endpoint's price and what its jobs usually come to; said before anything is spent. */
  readonly estimated_usd: number;
  /** What fal says that it bills, where it says so. */
  readonly billable_units?: number | undefined;
  readonly actual_usd?: number | undefined;
}

/** The cost of a job that is yet to run; undefined where the endpoint's price is not known. */
export function estimatedCost(endpoint: string): Cost | undefined {
  const { price } = modelOf(endpoint);
  return price && { estimated_usd: usd(price.usdPerUnit * price.usualUnits) };
}

/** The cost once fal has said how many units it bills. */
export function actualCost(endpoint: string, estimated: Cost | undefined, billableUnits: number): Cost | undefined {
  const { price } = modelOf(endpoint);
  return (
    price &&
    estimated && { ...estimated, billable_units: billableUnits, actual_usd: usd(price.usdPerUnit * billableUnits) }
  );
}

/** To a hundredth of a cent: fractions of binary numbers are nobody's price. */
function usd(amount: number): number {
  return Math.round(amount * 10_000) / 10_000;
}
