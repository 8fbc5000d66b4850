import type { Route } from "../http/api.ts";

/** `GET /`: what answers at `publicUrl`, and where to read on. */
export function serveRoot(
  { info }: { readonly info: Readonly<Record<"title" | "summary", string>> },
  publicUrl: string,
): Route {
  const links = { openapi: `${publicUrl}/openapi.json`, health: `${publicUrl}/health` };
  const body = { name: info.title, description: info.summary, links };
  return () => ({ status: 200, body });
}
