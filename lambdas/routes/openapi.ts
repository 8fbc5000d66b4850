import type { Route } from "../http/api.ts";
import { namesEtag } from "../http/etag.ts";
import { digest } from "../job/identity.ts";
import { OPENAPI_MAX_AGE_SECONDS } from "../limits.ts";

/** `GET /openapi.json`: the document of the API at `publicUrl`. Returns 304 if the caller already has this version. */
export function serveDocument(published: object, publicUrl: string): Route {
  const document = { ...published, servers: [{ url: publicUrl }] };
  const etag = `"${digest(JSON.stringify(document)).slice(0, 32)}"`;
  // API Gateway compresses it for callers that accept that, which a shared cache must know.
  const vary = "accept-encoding";
  const headers = { etag, vary, "cache-control": `public, max-age=${OPENAPI_MAX_AGE_SECONDS}` };
  return (request) => (namesEtag(request, etag) ? { status: 304, headers } : { status: 200, headers, body: document });
}
