import type { Settings } from "./settings.ts";
import type { StackSpec } from "./template.ts";

type Given = Pick<Settings, "overrides">;
type Deployed = Pick<StackSpec, "functions">;

/** A variable as the functions receive it. */
export function readVariable({ overrides }: Given, spec: Deployed, name: string): string | undefined {
  return overrides[name] ?? deployed(spec, name);
}

/** The settings with the prices of the template, beside which the local ones are set, as in a deployment. */
export function withDeployedPrices<S extends Given>(settings: S, spec: Deployed): S {
  const prices = { ...JSON.parse(deployed(spec, "PRICES") ?? "{}"), ...JSON.parse(settings.overrides.PRICES ?? "{}") };
  return { ...settings, overrides: { ...settings.overrides, PRICES: JSON.stringify(prices) } };
}

/** A warning about endpoints that an owner with a budget cannot use (rule P29); undefined if there are none. */
export function warnOfUnpriced(settings: Given, spec: Deployed): string | undefined {
  const budgets = JSON.parse(readVariable(settings, spec, "DAILY_BUDGETS") ?? "{}");
  const prices = JSON.parse(withDeployedPrices(settings, spec).overrides.PRICES ?? "{}");
  const endpoints = readVariable(settings, spec, "FAL_ENDPOINT_IDS")?.split(",") ?? [];
  const unpriced = endpoints.filter((endpoint) => !Object.hasOwn(prices, endpoint));
  if (Object.keys(budgets).length === 0 || unpriced.length === 0) return undefined;
  return `owners with a budget cannot use ${unpriced.join(" and ")}, which has no price; set ENDPOINT_PRICES`;
}

function deployed({ functions }: Deployed, name: string): string | undefined {
  return functions.find(({ environment }) => environment[name] !== undefined)?.environment[name];
}
