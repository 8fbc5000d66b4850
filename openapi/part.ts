/** A part of the OpenAPI 3.1 document. */
export type Part = Readonly<Record<string, unknown>>;

const HEADERS = {
  Location: { description: "URL of the job.", schema: { type: "string", format: "uri" } },
  "Retry-After": {
    description: "Seconds to wait before the next request.",
    schema: { type: "integer", minimum: 0 },
  },
  ETag: { description: "Version of the response, for `If-None-Match`.", schema: { type: "string", pattern: '^".+"$' } },
  "Preference-Applied": {
    description: "The maximum wait that was applied, in seconds.",
    schema: { type: "string", pattern: "^wait=[0-9]+$" },
  },
  "Idempotency-Replayed": {
    description: "This request was made before. The response is the job that it created, in its current state.",
    schema: { type: "string", const: "true" },
  },
  "Cache-Control": { description: "How long the response may be cached.", schema: { type: "string" } },
} as const satisfies Record<string, Part>;

type HeaderName = keyof typeof HEADERS;

/** Headers of a response. A name with a question mark is optional. */
export function headers(...names: readonly (HeaderName | `${HeaderName}?`)[]): Readonly<Record<string, Part>> {
  const described = Object.entries(HEADERS).flatMap(([name, header]) => {
    const isRequired = names.some((each) => each === name);
    return isRequired || names.some((each) => each === `${name}?`) ? [[name, { ...header, required: isRequired }]] : [];
  });
  return Object.fromEntries(described);
}

/** A JSON response, with examples by name. */
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

/** A response without a body. */
export function empty(description: string, withHeaders: Readonly<Record<string, Part>> = {}): Part {
  return { description, ...some("headers", withHeaders) };
}

/** Examples in the format of a media type. */
export function asExamples(examples: Readonly<Record<string, unknown>>): Part {
  return Object.fromEntries(Object.entries(examples).map(([name, value]) => [name, { value }]));
}

function some(name: string, parts: Part): Part {
  return Object.keys(parts).length === 0 ? {} : { [name]: parts };
}
