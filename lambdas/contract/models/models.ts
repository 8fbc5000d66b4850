import { lucy } from "./lucy.ts";
import type { Model } from "./model.ts";
import { passThrough } from "./pass-through.ts";

/** The models that have a file of their own. */
const MODELS: readonly Model[] = [lucy];

/** The model of an endpoint id. */
export function modelOf(endpoint: string): Model {
  return MODELS.find(({ endpoints }) => endpoints.includes(endpoint)) ?? passThrough;
}
