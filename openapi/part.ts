/** A part of the document, in OpenAPI 3.1's form. */
export type Part = Readonly<Record<string, unknown>>;

const HEADERS = {
  Location: { description: "URL of the job.", schema: { type: "string", format: "uri" } },
  "Retry-After": {
    description: "Seconds to wait before the next request.",
    schema: { type: "integer", minimum: 0 },
  },
  ETag: { description: "Version of the response, for `If-None-Match`.", schema: { type: "string", pattern: '^".+"$' } },
  "Preference-Applied": {
    description: "The wait that was applied, in seconds at most.",
    schema: { type: "string", pattern: "^wait=[0-9]+$" },
  },
  "Idempotency-Replayed": {
    description: "The request was made before. The response is its job in its current state.",
    schema: { type: "string", const: "true" },
  },
  "Cache-Control": { description: "How long the response may be cached.", schema: { type: "string" } },
} as const satisfies Record<string, Part>;

type HeaderName = keyof typeof HEADERS;

/** Headers of an answer; those with a question mark are optional. */
export function headers(...names: readonly (HeaderName | `${HeaderName}?`)[]): Readonly<Record<string, Part>> {
  const described = Object.entries(HEADERS).flatMap(([name, header]) => {
    const isRequired = names.some((each) => each === name);
    return isRequired || names.some((each) => each === `${name}?`) ? [[name, { ...header, required: isRequired }]] : [];
  });
  return Object.fromEntries(described);
}

/** A JSON answer, with examples by name. */
export function json(
  description: string,
  schema: Part,
  examples: Readonly<Record<string, unknown>>,
  withHeaders: Readonly<Record<string, Part>> = {},
): Part {
  return { description, ...some("headers", withHeaders), content: jsonContent(schema, examples) };
}

/** A JSON body, with examples by name. */
export function jsonContent(schema: Part, examples: Readonly<Record<string, unknown>>): Part {
  return { "application/json": { schema, examples: asExamples(examples) } };
}

/** An answer without a body. */
export function empty(description: string, withHeaders: Readonly<Record<string, Part>> = {}): Part {
  return { description, ...some("headers", withHeaders) };
}

/** Examples in the form that a media type needs. */
export function asExamples(examples: Readonly<Record<string, unknown>>): Part {
  return Object.fromEntries(Object.entries(examples).map(([name, value]) => [name, { value }]));
}

function some(name: string, parts: Part): Part {
  return Object.keys(parts).length === 0 ? {} : { [name]: parts };
}
