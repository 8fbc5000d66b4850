import type { HttpRequest } from "./request.ts";

/** The owner of an API key. OWNERS maps key ids to owners, so that a rotated key keeps its jobs (rule P24). */
export function ownerOf(request: HttpRequest, owners: ReadonlyMap<string, string>): string {
  if (request.apiKeyId === undefined)
    throw new Error("This route must require an API key, but the request has none. Set apiKeyRequired on the route.");
  return owners.get(request.apiKeyId) ?? request.apiKeyId;
}
