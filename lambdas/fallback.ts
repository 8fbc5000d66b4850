import { api } from "./http/api.ts";
import { fallback } from "./http/fallback.ts";
import { environment } from "./settings/environment.ts";

/** Everything that no other route takes. */
export const handler = api(fallback(environment.routes()));
