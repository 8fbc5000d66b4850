import type { HttpRequest } from "./request.ts";

/**
 * Whether the caller already has this version. If-None-Match may list several tags, also weak ones; for a read, tags
 * are compared weakly (RFC 9110 §13.1.2).
 */
export function namesEtag(request: HttpRequest, etag: string): boolean {
  const values = request.headers.get("if-none-match") ?? [];
  const tags = values.flatMap((value) => value.split(",")).map((tag) => tag.trim().replace(/^W\//, ""));
  return tags.includes(etag) || tags.includes("*");
}
