import type { APIGatewayProxyEvent } from "aws-lambda";
import { API_BUDGET_MS, SHOWN_MAX_CHARACTERS } from "../limits.ts";
import { Problem } from "./problem.ts";

/** Rejects bytes that are not UTF-8, instead of replacing them. Skips a byte order mark. */
const utf8 = new TextDecoder("utf-8", { fatal: true });

/** The text in some bytes, without a byte order mark; undefined if they are not UTF-8. */
export function decodeUtf8(bytes: Uint8Array): string | undefined {
  try {
    return utf8.decode(bytes);
  } catch {
    return undefined;
  }
}

/** One HTTP request, as routes receive it. */
export interface HttpRequest {
  readonly method: string;
  /** The route's pattern, such as `/jobs/{id}`. It may be logged; the path may not (rule P22). */
  readonly resource: string;
  readonly path: string;
  readonly pathParameters: Readonly<Record<string, string | undefined>>;
  /** Every value of a query parameter, by name. */
  readonly query: ReadonlyMap<string, readonly string[]>;
  /** Every value of a header, by lower-case name (rule A14). */
  readonly headers: ReadonlyMap<string, readonly string[]>;
  readonly body: Buffer;
  /** The API key's id, or undefined on routes without one. */
  readonly apiKeyId: string | undefined;
  readonly sourceIp: string;
  /** The latest time to send the response, in epoch milliseconds (rule A5). */
  readonly answerBy: number;
}

export function toRequest(event: APIGatewayProxyEvent, now: number): HttpRequest {
  return {
    method: event.httpMethod,
    resource: event.resource,
    path: event.path,
    pathParameters: event.pathParameters ?? {},
    query: new Map(
      Object.entries(event.multiValueQueryStringParameters ?? {}).map(([name, values = []]) => [name, values]),
    ),
    headers: allHeaders(event),
    body: Buffer.from(event.body ?? "", event.isBase64Encoded ? "base64" : "utf8"),
    apiKeyId: event.requestContext.identity.apiKeyId ?? undefined,
    sourceIp: event.requestContext.identity.sourceIp,
    answerBy: now + API_BUDGET_MS,
  };
}

/** The only value of a header; undefined if absent. Throws `malformed_request` if it was sent more than once. */
export function header(request: HttpRequest, name: string): string | undefined {
  const values = request.headers.get(name) ?? [];
  if (values.length > 1)
    throw new Problem("malformed_request", `The ${name} header must be sent once, not ${values.length} times.`);
  return values[0];
}

/** The media type of the body, without parameters; undefined if there is none. */
export function mediaType(request: HttpRequest): string | undefined {
  return header(request, "content-type")?.split(";")[0]?.trim().toLowerCase();
}

/**
 * Checks that we can read a body: throws `body_too_large` if it is too large, and `unsupported_media_type` if it is
 * compressed or in another charset than UTF-8.
 */
export function limitBody(request: HttpRequest, maxBytes: number): void {
  if (request.body.length > maxBytes)
    throw new Problem("body_too_large", `The body must be at most ${maxBytes} bytes.`);
  const encoding = header(request, "content-encoding")?.trim() || "identity";
  if (encoding.toLowerCase() !== "identity")
    throw new Problem(
      "unsupported_media_type",
      `The body must be sent uncompressed, without the Content-Encoding ${shown(encoding)}.`,
    );
  const charset = parameters(header(request, "content-type") ?? "").get("charset") ?? "utf-8";
  if (!UTF8_CHARSET.test(charset))
    throw new Problem("unsupported_media_type", `The charset of the body must be utf-8, not ${shown(charset)}.`);
}

/** The charsets whose text is UTF-8. Some senders put the name in single quotes. */
const UTF8_CHARSET = /^'?(?:utf-?8|(?:us-)?ascii)'?$/i;

const PARAMETER = /;\s*([^\s=;]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"?|([^;]*))/gs;

/**
 * The parameters of a header such as `Content-Type`, by name in lower case. Values may be quoted or not. Of a backslash,
 * only `\"` and `\\` are escapes, because browsers send it unescaped.
 */
export function parameters(value: string): ReadonlyMap<string, string> {
  const found = [...value.matchAll(PARAMETER)].map(([, name = "", quoted, plain = ""]) => {
    return [name.toLowerCase(), quoted?.replaceAll(/\\(["\\])/g, "$1") ?? plain.trim()] as const;
  });
  // The first one counts.
  return new Map(found.reverse());
}

/** A value that a caller sent, as an error message shows it. */
export function shown(value: string): string {
  return JSON.stringify(value.slice(0, SHOWN_MAX_CHARACTERS));
}

const SWITCHES: ReadonlyMap<string, boolean> = new Map([
  ["1", true],
  ["true", true],
  ["0", false],
  ["false", false],
]);

/**
 * The values of boolean query parameters, by name: `1` and `true` are on, `0` and `false` are off. An absent parameter
 * is undefined. Throws `malformed_request` for any other value or parameter.
 */
export function switches<N extends string>(request: HttpRequest, ...names: readonly N[]): Partial<Record<N, boolean>> {
  const unknown = [...request.query.keys()].find((name) => !(names as readonly string[]).includes(name));
  if (unknown !== undefined) {
    throw new Problem(
      "malformed_request",
      `Unknown query parameter. This request accepts only ${names.join(" and ")}, with the value 0 or 1.`,
    );
  }
  const given = names.flatMap((name) => {
    const values = request.query.get(name);
    if (values === undefined) return [];
    const value = SWITCHES.get(values[0] ?? "");
    if (values.length !== 1 || value === undefined)
      throw new Problem("malformed_request", `The query parameter ${name} must be 0 or 1, and be sent only once.`);
    return [[name, value]];
  });
  return Object.fromEntries(given);
}

/** The JSON body. Throws `body_too_large`, `unsupported_media_type` or `malformed_request`. */
export function jsonBody(request: HttpRequest, maxBytes: number): unknown {
  limitBody(request, maxBytes);
  if (mediaType(request) !== "application/json") {
    throw new Problem("unsupported_media_type", "The Content-Type must be application/json.");
  }
  const text = decodeUtf8(request.body);
  if (text === undefined) throw new Problem("malformed_request", "The body is not UTF-8. Send JSON in UTF-8.");
  try {
    return JSON.parse(text);
  } catch {
    throw new Problem("malformed_request", "The body must be valid JSON in UTF-8.");
  }
}

function allHeaders(event: APIGatewayProxyEvent): ReadonlyMap<string, readonly string[]> {
  const headers = new Map<string, string[]>();
  for (const [name, values] of Object.entries(event.multiValueHeaders ?? {})) {
    const lowerCase = name.toLowerCase();
    headers.set(lowerCase, [...(headers.get(lowerCase) ?? []), ...(values ?? [])]);
  }
  return headers;
}
