import { lucy } from "./lucy.ts";
import type { Model } from "./model.ts";
import { passThrough } from "./pass-through.ts";

/** The models that have their own file. */
const MODELS: readonly Model[] = [lucy];

/** The model that one of fal's endpoint ids belongs to. */
export function modelOf(endpoint: string): Model {
  return MODELS.find(({ endpoints }) => endpoints.includes(endpoint)) ?? passThrough;
}
