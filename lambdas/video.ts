import { api } from "./http/api.ts";
import { fallback } from "./http/fallback.ts";

/** Being written. */
export const handler = api(fallback(new Map()));
