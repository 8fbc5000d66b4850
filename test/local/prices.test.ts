import { describe, expect, it } from "vitest";
import { warnOfUnpriced, withDeployedPrices } from "../../local/stack/prices.ts";
import type { FunctionSpec } from "../../local/stack/template.ts";

const lucy = { per_second: 0.08, seconds: 5 };
const other = { per_request: 0.4 };
const environment = {
  FAL_ENDPOINT_IDS: "decart/lucy-i2v",
  PRICES: JSON.stringify({ "decart/lucy-i2v": lucy }),
  DAILY_BUDGETS: "{}",
};
const limits = { timeoutMs: 1, memoryMb: 1, largestEventAgeMs: 1 };
const submit: FunctionSpec = { id: "Submit", folder: "", handler: "", ...limits, environment };
const spec = { functions: [{ ...submit, id: "Public", environment: {} }, submit] };

function pricesOf(local?: object): unknown {
  const overrides: Record<string, string> = local === undefined ? {} : { PRICES: JSON.stringify(local) };
  return JSON.parse(withDeployedPrices({ overrides }, spec).overrides.PRICES ?? "");
}

describe("the local stack's prices", () => {
  it("the local stack's prices are those of the template and ENDPOINT_PRICES, which takes precedence", () => {
    expect(pricesOf()).toEqual({ "decart/lucy-i2v": lucy });
    expect(pricesOf({ "acme/any": other })).toEqual({ "decart/lucy-i2v": lucy, "acme/any": other });
    expect(pricesOf({ "decart/lucy-i2v": other })).toEqual({ "decart/lucy-i2v": other });
  });

  const warningFor = (overrides: Record<string, string>) => warnOfUnpriced({ overrides }, spec);
  const DAILY_BUDGETS = '{"studio":5}';
  const FAL_ENDPOINT_IDS = "decart/lucy-i2v,acme/any,toString";

  it("P29: the local stack warns in one line of endpoints without a price, if there are budgets", () => {
    expect(warningFor({ DAILY_BUDGETS, FAL_ENDPOINT_IDS })).toMatch(/^[^\n]*acme\/any and toString[^\n]*PRICES$/);
    expect(warningFor({ FAL_ENDPOINT_IDS })).toBeUndefined();
    expect(warningFor({ DAILY_BUDGETS })).toBeUndefined();
    const PRICES = JSON.stringify({ "acme/any": other, toString: other });
    expect(warningFor({ DAILY_BUDGETS, FAL_ENDPOINT_IDS, PRICES })).toBeUndefined();
  });
});
