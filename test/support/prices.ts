import type { Prices } from "../../lambdas/contract/price.ts";

/** The prices of an installation with default settings. */
export const PRICES: Prices = new Map([
  ["decart/lucy-14b/image-to-video", { usdPerUnit: 0.08, typicalUnits: 5 }],
  ["decart/lucy-i2v", { usdPerUnit: 0.08, typicalUnits: 5 }],
]);
