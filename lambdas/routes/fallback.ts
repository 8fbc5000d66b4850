import type { HttpAnswer } from "../http/api.ts";
import { Problem } from "../http/problem.ts";
import type { HttpRequest } from "../http/request.ts";

/**
 * Answers requests that match no route (rule A2), because API Gateway cannot distinguish the two cases: 405 with
 * `Allow` if the path exists, otherwise 404.
 */
export function fallback(routes: ReadonlyMap<string, readonly string[]>) {
  return (request: HttpRequest): HttpAnswer => {
    const methods = routes.get(request.resource);
    if (methods === undefined || methods.length === 0) {
      throw new Problem("not_found", "There is nothing at this path.");
    }
    const allow = [...methods, "OPTIONS"].join(", ");
    throw new Problem("method_not_allowed", `This path accepts only ${allow}.`, { headers: { allow } });
  };
}
