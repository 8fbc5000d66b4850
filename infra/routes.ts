import type { FunctionName } from "./function-needs.ts";

/** One route of the API: its path and method, the function that answers, and whether the caller needs an API key. */
export type Route = {
  readonly path: string;
  readonly method: "GET" | "HEAD" | "POST" | "PUT" | "DELETE";
  readonly function: FunctionName;
  readonly needsKey: boolean;
  /** If set, API Gateway streams the answer, for at most this long, instead of buffering it. */
  readonly streamTimeoutSeconds?: number;
};

/** The function that answers requests that match no route: 404, and 405 with `Allow`. */
export const fallbackFunction: FunctionName = "public";

/**
 * API Gateway streams an answer for up to 15 minutes. Each stream gets a little longer than its function, so the
 * function ends it.
 */
const eventsStreamTimeoutSeconds = 90;
const proxyStreamTimeoutSeconds = 880;

/**
 * The route that fal calls. Its path contains the job's token, so it has its own throttle and its path is never logged.
 */
export const webhookRoute: Route = {
  path: "/webhooks/fal/{id}/{token}",
  method: "POST",
  function: "webhook",
  needsKey: false,
};

/** All routes: the API, the fallback's `ROUTES` and the permissions are built from this list. */
export const routes: readonly Route[] = [
  { path: "/jobs", method: "POST", function: "submit", needsKey: true },
  { path: "/jobs", method: "GET", function: "owner", needsKey: true },
  { path: "/jobs/batch", method: "POST", function: "submit", needsKey: true },
  { path: "/jobs/validate", method: "POST", function: "submit", needsKey: true },
  { path: "/jobs/{id}", method: "GET", function: "read", needsKey: true },
  { path: "/jobs/{id}", method: "DELETE", function: "change", needsKey: true },
  { path: "/jobs/{id}/video", method: "GET", function: "read", needsKey: true },
  {
    path: "/jobs/{id}/events",
    method: "GET",
    function: "events",
    needsKey: true,
    streamTimeoutSeconds: eventsStreamTimeoutSeconds,
  },
  { path: "/jobs/{id}/cancel", method: "POST", function: "change", needsKey: true },
  { path: "/jobs/{id}/retry", method: "POST", function: "submit", needsKey: true },
  { path: "/jobs/{id}/redeliver", method: "POST", function: "change", needsKey: true },
  { path: "/uploads", method: "POST", function: "submit", needsKey: true },
  {
    path: "/fal/proxy",
    method: "GET",
    function: "proxy-read",
    needsKey: true,
    streamTimeoutSeconds: proxyStreamTimeoutSeconds,
  },
  { path: "/fal/proxy", method: "POST", function: "submit", needsKey: true },
  { path: "/fal/proxy", method: "PUT", function: "submit", needsKey: true },
  { path: "/usage", method: "GET", function: "owner", needsKey: true },
  { path: "/callback-secret", method: "GET", function: "owner", needsKey: true },
  { path: "/callback-secret/rotate", method: "POST", function: "owner", needsKey: true },
  webhookRoute,
  ...keyless("/", "public"),
  ...keyless("/openapi.json", "public"),
  ...keyless("/errors/{code}", "public"),
  ...keyless("/health", "health"),
];

/** What anybody may read. Uptime monitors and link checkers ask with HEAD, which answers like GET without the body. */
function keyless(path: string, functionName: FunctionName): readonly Route[] {
  return (["GET", "HEAD"] as const).map((method) => ({ path, method, function: functionName, needsKey: false }));
}

/** The methods of each path, in the form that the fallback function reads: `{"/jobs": ["POST"], …}`. */
export function methodsByPath(): Record<string, string[]> {
  const paths = [...new Set(routes.map((route) => route.path))];
  return Object.fromEntries(
    paths.map((path) => [path, routes.filter((route) => route.path === path).map((route) => route.method)]),
  );
}

/** The methods that the CORS preflight of a path names. Where there is nothing, only the preflight itself. */
export function preflightMethods(path: string): string[] {
  return [...(methodsByPath()[path] ?? []), "OPTIONS"];
}

/** The resources that have the fallback and a CORS preflight: all of the API's, and one for any other path. */
export function fallbackPaths(): string[] {
  return [...resourcePaths(), "/{proxy+}"];
}

/** Every path that is a separate resource at API Gateway: the routes, all paths above them, and the root. */
function resourcePaths(): string[] {
  const prefixes = routes.flatMap(({ path }) => {
    const parts = path
      .split("/")
      .slice(1)
      .filter((part) => part !== "");
    return parts.map((_, index) => `/${parts.slice(0, index + 1).join("/")}`);
  });
  return [...new Set(["/", ...prefixes])];
}
