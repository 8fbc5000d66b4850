import { expect, it } from "vitest";
import { billedCost, estimatedCost } from "../../../lambdas/contract/price.ts";
import type { JobEvent } from "../../../lambdas/job/event.ts";
import { BIRTH_MS, become, birth, jobError, jobResult } from "../../support/jobs.ts";
import { PRICES } from "../../support/prices.ts";

const LUCY = "decart/lucy-14b/image-to-video";
const at = BIRTH_MS;
const accepted: JobEvent = { at, by: "submit", type: "accepted", requestId: "req-1" };
const succeeded = { at, by: "sweep", type: "succeeded", result: jobResult } as const;

it.each([
  [LUCY, { estimated_usd: 0.4 }],
  ["decart/lucy-i2v", { estimated_usd: 0.4 }],
  ["somebody/else", undefined],
  ["constructor/name", undefined],
])("a job of %s is estimated at %j", (endpoint, expected) => {
  expect(estimatedCost(PRICES, endpoint)).toEqual(expected);
});

it.each([
  [5, 0.4],
  [0, 0],
  [3, 0.24],
  [5.04, 0.4032],
  [0.1, 0.008],
])("%d billed units cost exactly $%d", (units, actual_usd) => {
  expect(billedCost(PRICES, LUCY, units)).toEqual({ billable_units: units, actual_usd });
});

it("the cost billed for an endpoint without a price is unknown", () => {
  expect(billedCost(PRICES, "somebody/else", 5)).toBeUndefined();
});

it("a new job shows its estimate, and keeps only that when fal reports no units", () => {
  expect(birth().cost).toEqual({ estimated_usd: 0.4 });
  expect(become(birth(), accepted, succeeded).cost).toEqual({ estimated_usd: 0.4 });
});

it("a success, even a late one, adds what fal bills", () => {
  const billed = { billable_units: 4, actual_usd: 0.32 };
  const cost = { estimated_usd: 0.4, ...billed };
  const failed: JobEvent = { at, by: "webhook", type: "failed", error: jobError };
  expect(become(birth(), accepted, { ...succeeded, billed }).cost).toEqual(cost);
  const late = become(birth(), accepted, failed, { ...succeeded, billed });
  expect(late).toMatchObject({ status: "failed", cost });
});
