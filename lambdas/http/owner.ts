import type { HttpRequest } from "./request.ts";

/**
 * The owner that an API key belongs to. OWNERS maps the key's id to it, so that jobs stay with their owner when a key
 * is rotated (rule P24).
 */
export function ownerOf(request: HttpRequest, owners: ReadonlyMap<string, string>): string {
  if (request.apiKeyId === undefined)
    throw new Error("This route must require an API key, but the request has none. Set apiKeyRequired on the route.");
  return owners.get(request.apiKeyId) ?? request.apiKeyId;
}
