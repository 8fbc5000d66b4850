import type { CorsRule } from "./bucket-spec.ts";

type Headers = Readonly<Record<string, string>>;

/** What a browser asks in a preflight: the origin, the method, and the headers as a list. */
export type Preflight = {
  readonly origin: string | undefined;
  readonly method: string | undefined;
  readonly headers: string | undefined;
};

/** The headers that S3 adds to every response to a page of this origin, also to errors; none if no rule matches. */
export function allowOrigin(rules: readonly CorsRule[], origin: string | undefined, method: string): Headers {
  const rule = findRule(rules, origin, method);
  return rule && origin !== undefined ? describe(rule, origin) : {};
}

/** The headers of the response to a preflight; undefined if no rule matches, which S3 answers with 403. */
export function answerPreflight(
  rules: readonly CorsRule[],
  { origin, method, headers }: Preflight,
): Headers | undefined {
  const wanted = (headers ?? "").split(",").flatMap((name) => name.trim().toLowerCase() || []);
  const rule = findRule(rules, origin, method, wanted);
  if (!rule || origin === undefined) return undefined;
  return { ...describe(rule, origin), "access-control-allow-headers": wanted.join(", ") };
}

function findRule(
  rules: readonly CorsRule[],
  origin: string | undefined,
  method: string | undefined,
  headers: readonly string[] = [],
): CorsRule | undefined {
  if (origin === undefined || method === undefined) return undefined;
  return rules.find(
    (rule) =>
      rule.origins.some((pattern) => fits(pattern, origin)) &&
      rule.methods.includes(method) &&
      headers.every((name) => rule.headers.some((pattern) => fits(pattern.toLowerCase(), name))),
  );
}

function describe(rule: CorsRule, origin: string): Headers {
  return {
    "access-control-allow-origin": rule.origins.includes("*") ? "*" : origin,
    "access-control-allow-methods": rule.methods.join(", "),
    ...(rule.exposedHeaders.length === 0 ? {} : { "access-control-expose-headers": rule.exposedHeaders.join(", ") }),
    ...(rule.maxAgeSeconds === undefined ? {} : { "access-control-max-age": String(rule.maxAgeSeconds) }),
    vary: "Origin, Access-Control-Request-Headers, Access-Control-Request-Method",
  };
}

function fits(pattern: string, text: string): boolean {
  const [start = "", end] = pattern.split("*");
  if (end === undefined) return pattern === text;
  return text.length >= start.length + end.length && text.startsWith(start) && text.endsWith(end);
}
