/** A part of the document, as OpenAPI 3.1 has it. */
export type Part = Readonly<Record<string, unknown>>;

const HEADERS = {
  Location: { description: "The job.", schema: { type: "string", format: "uri" } },
  "Retry-After": {
    description: "After how many seconds it is worth another look or try.",
    schema: { type: "integer", minimum: 0 },
  },
  ETag: { description: "This version of it, for `If-None-Match`.", schema: { type: "string", pattern: '^".+"$' } },
  "Preference-Applied": {
    description: "How long the answer was waited for at most.",
    schema: { type: "string", pattern: "^wait=[0-9]+$" },
  },
  "Idempotency-Replayed": {
    description: "The request was made before; this is its job, as it is now.",
    schema: { type: "string", const: "true" },
  },
  "Cache-Control": { description: "How long it may be kept.", schema: { type: "string" } },
} as const satisfies Record<string, Part>;

type HeaderName = keyof typeof HEADERS;

/** Headers of an answer; those with a question mark are not always there. */
export function headers(...names: readonly (HeaderName | `${HeaderName}?`)[]): Readonly<Record<string, Part>> {
  const described = Object.entries(HEADERS).flatMap(([name, header]) => {
    const isRequired = names.some((each) => each === name);
    return isRequired || names.some((each) => each === `${name}?`) ? [[name, { ...header, required: isRequired }]] : [];
  });
  return Object.fromEntries(described);
}

/** An answer of JSON, with examples by name. */
export function json(
  description: string,
  schema: Part,
  examples: Readonly<Record<string, unknown>>,
  withHeaders: Readonly<Record<string, Part>> = {},
): Part {
  return { description, ...some("headers", withHeaders), content: jsonContent(schema, examples) };
}

/** A body of JSON, with examples by name. */
export function jsonContent(schema: Part, examples: Readonly<Record<string, unknown>>): Part {
  return { "application/json": { schema, examples: asExamples(examples) } };
}

/** An answer without a body. */
export function empty(description: string, withHeaders: Readonly<Record<string, Part>> = {}): Part {
  return { description, ...some("headers", withHeaders) };
}

/** Examples as a media type has them. */
export function asExamples(examples: Readonly<Record<string, unknown>>): Part {
  return Object.fromEntries(Object.entries(examples).map(([name, value]) => [name, { value }]));
}

function some(name: string, parts: Part): Part {
  return Object.keys(parts).length === 0 ? {} : { [name]: parts };
}
