import type { Route } from "./api-spec.ts";

/** A matched route with its path parameters, percent-decoded like API Gateway does it. */
export type RouteMatch = { readonly route: Route; readonly pathParameters: Readonly<Record<string, string>> };

/**
 * Finds the route for a request as API Gateway does: first the resource (in each segment, a literal wins over `{name}`,
 * and `{name}` wins over `{name+}`), then the method, with `ANY` last. A trailing slash is ignored.
 * @returns undefined if the API has no such resource, or no such method on it.
 * @throws URIError for malformed percent-encoding in a parameter.
 */
export function matchRoute(routes: readonly Route[], method: string, path: string): RouteMatch | undefined {
  const segments = split(path.replace(/\/$/, ""));
  const matching = [...new Set(routes.map(({ resourcePath }) => resourcePath))]
    .filter((resourcePath) => matches(split(resourcePath), segments))
    .sort((one, other) => compare(rank(one), rank(other)));
  const [resourcePath] = matching;
  if (resourcePath === undefined) return undefined;
  const methods = routes.filter((route) => route.resourcePath === resourcePath);
  const route = methods.find((each) => each.method === method) ?? methods.find((each) => each.method === "ANY");
  return route && { route, pathParameters: readParameters(split(resourcePath), segments) };
}

function split(path: string): string[] {
  return path === "" || path === "/" ? [] : path.slice(1).split("/");
}

function matches(pattern: readonly string[], segments: readonly string[]): boolean {
  const isGreedy = isGreedyName(pattern.at(-1));
  if (isGreedy ? segments.length < pattern.length : segments.length !== pattern.length) return false;
  return pattern.every((part, index) => (isName(part) ? segments[index] !== "" : part === segments[index]));
}

function rank(resourcePath: string): number[] {
  return split(resourcePath).map((part) => (isGreedyName(part) ? 2 : isName(part) ? 1 : 0));
}

function compare(one: readonly number[], other: readonly number[]): number {
  const index = one.findIndex((value, place) => value !== other[place]);
  return index === -1 ? 0 : (one[index] ?? 0) - (other[index] ?? 0);
}

function readParameters(pattern: readonly string[], segments: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    pattern.flatMap((part, index) => {
      if (isGreedyName(part)) return [[part.slice(1, -2), decodeURIComponent(segments.slice(index).join("/"))]];
      return isName(part) ? [[part.slice(1, -1), decodeURIComponent(segments[index] ?? "")]] : [];
    }),
  );
}

function isName(part: string): boolean {
  return part.startsWith("{");
}

function isGreedyName(part: string | undefined): boolean {
  return part?.endsWith("+}") ?? false;
}
