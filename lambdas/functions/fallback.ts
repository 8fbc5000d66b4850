import { api } from "../http/api.ts";
import { fallback } from "../routes/fallback.ts";
import { environment } from "./environment.ts";

/** Everything that no other route takes. */
export const handler = api(fallback(environment.routes()));
