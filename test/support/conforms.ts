import { Ajv2020, type ValidateFunction } from "ajv/dist/2020.js";
import addFormats from "ajv-formats";
import { createParser } from "eventsource-parser";
import { expect } from "vitest";
import { openApiDocument } from "../../openapi/document.ts";

/** An answer from any kind of test. */
export interface AnyAnswer {
  readonly status: number;
  readonly headers: Headers | Readonly<Record<string, unknown>>;
  /** Parsed JSON, the text of a stream, or undefined if the answer was empty. */
  readonly body: unknown;
}

type Schema = Readonly<Record<string, unknown>>;

interface Described {
  readonly $ref?: string;
  readonly headers?: Readonly<Record<string, { readonly required: boolean; readonly schema: Schema }>>;
  readonly content?: Readonly<Record<string, { readonly schema: Schema; readonly examples?: Schema }>>;
}

interface OpenApi {
  readonly paths: Readonly<Record<string, Readonly<Record<string, { readonly responses: Record<string, Described> }>>>>;
  readonly components: {
    readonly responses: Readonly<Record<string, Described>>;
    readonly schemas: Readonly<Record<string, Schema>>;
  };
}

/** The document under test, as plain JSON. */
export const apiDocument: OpenApi = JSON.parse(
  JSON.stringify(openApiDocument({ publicUrl: "https://api.example.com/prod", allowsLoopbackCallbacks: false })),
);

/**
 * Expects an answer to be one that `/openapi.json` describes for this method and path (the route's pattern, or a real
 * path): its status, its type, the headers it must have, and its body, in which no field may be that is not described.
 */
export function expectConforms(method: string, path: string, answer: AnyAnswer): void {
  const faults = answerFaults(method, path, answer);
  if (faults.length > 0) expect.fail(`${method} ${path} answered ${answer.status}:\n${faults.join("\n")}`);
}

/** The faults of an answer. */
export function answerFaults(method: string, path: string, answer: AnyAnswer): string[] {
  const described = describedAnswer(method, path, answer);
  if (described === undefined) return ["/openapi.json does not describe this"];
  return [...headerFaults(described, answer), ...bodyFaults(described, answer)];
}

/** The faults of a value, checked against a schema of the document. */
export function schemaFaults(schema: Schema, value: unknown): string[] {
  const validate = compiled(schema);
  validate(value);
  return (validate.errors ?? []).map(
    ({ instancePath, message, params }) => `${instancePath} ${message} ${JSON.stringify(params)}`,
  );
}

function describedAnswer(method: string, path: string, { status }: AnyAnswer): Described | undefined {
  const route = PATTERNS.find(({ pattern }) => pattern.test(documentedPath(path)));
  if (route === undefined) return status === 404 ? unknownRoute("not_found") : undefined;
  const operation = apiDocument.paths[route.path]?.[method.toLowerCase()];
  if (operation === undefined) return status === 405 ? unknownRoute("method_not_allowed", "allow") : undefined;
  const described = operation.responses[status] ?? operation.responses.default;
  const name = described?.$ref?.split("/").at(-1);
  return name === undefined ? described : apiDocument.components.responses[name];
}

/** The path without its query. The older way to validate a request is documented only as the newer one. */
function documentedPath(path: string): string {
  return /^\/jobs\?.*\bvalidate_only=(1|true)\b/.test(path) ? "/jobs/validate" : path.replace(/\?.*/s, "");
}

/** The fallback's answers (rule A2); OpenAPI cannot describe routes that do not exist. */
function unknownRoute(code: string, ...headers: readonly string[]): Described {
  const schema = { $ref: "#/components/schemas/Problem" };
  const required = headers.map((name) => [name, { required: true, schema: { type: "string" } }] as const);
  return {
    headers: Object.fromEntries(required),
    content: { "application/problem+json": { schema, examples: { [code]: {} } } },
  };
}

function headerFaults({ headers = {} }: Described, answer: AnyAnswer): string[] {
  return Object.entries(headers).flatMap(([name, { required, schema }]) => {
    const value = header(answer, name);
    if (value === undefined) return required ? [`${name} is missing`] : [];
    const faults = schemaFaults(schema, schema.type === "integer" ? Number(value) : value);
    return faults.map((fault) => `${name}:${fault}`);
  });
}

function bodyFaults({ content }: Described, answer: AnyAnswer): string[] {
  if (content === undefined) return answer.body === undefined ? [] : ["there must be no body"];
  const type = header(answer, "content-type")?.split(";")[0] ?? "none";
  const described = content[type];
  if (described === undefined) return [`the type ${type} is not described`];
  if (type === "text/event-stream") return streamFaults(String(answer.body));
  const faults = schemaFaults(described.schema, answer.body);
  return type === "application/problem+json" ? [...faults, ...problemFaults(described, answer)] : faults;
}

/** The document names a response's problems by their examples, one for each code. Elsewhere any problem may come. */
function problemFaults({ examples }: { readonly examples?: Schema }, { status, body }: AnyAnswer): string[] {
  const problem = Object(body);
  const isNamed = examples === undefined || Object.hasOwn(examples, String(problem.code));
  return [
    ...(isNamed ? [] : [`/code ${problem.code} is no problem of this response`]),
    ...(problem.status === status ? [] : [`/status ${problem.status} is not the status of the response`]),
  ];
}

const EVENT_SCHEMAS: Readonly<Record<string, string>> = { job: "Job", queue: "QueueEvent", log: "LogLine" };

function streamFaults(text: string): string[] {
  const faults: string[] = [];
  const parser = createParser({
    onError: (error) => faults.push(error.message),
    onEvent: ({ event = "", data }) => {
      const name = EVENT_SCHEMAS[event];
      if (name === undefined) faults.push(`the event ${event} is not described`);
      else faults.push(...schemaFaults({ $ref: `#/components/schemas/${name}` }, JSON.parse(data)));
    },
  });
  parser.feed(text);
  return faults;
}

function header({ headers }: AnyAnswer, name: string): string | undefined {
  if (headers instanceof Headers) return headers.get(name) ?? undefined;
  const [, value] = Object.entries(headers).find(([each]) => each.toLowerCase() === name.toLowerCase()) ?? [];
  return value === undefined ? undefined : String(value);
}

/** Paths without parameters come first: `/jobs/batch` is no job. */
const PATTERNS = Object.keys(apiDocument.paths)
  .map((path) => ({ path, pattern: new RegExp(`^${path.replaceAll(/\{[^}]+\}/g, "[^/]+")}$`) }))
  .sort((a, b) => Number(a.path.includes("{")) - Number(b.path.includes("{")));

const ajv = new Ajv2020({ strict: false, allErrors: true });
addFormats.default(ajv);
const components = { schemas: closed(apiDocument.components.schemas) };
const validators = new Map<string, ValidateFunction>();

function compiled(schema: Schema): ValidateFunction {
  const key = JSON.stringify(schema);
  const validate = validators.get(key) ?? ajv.compile({ ...schema, components });
  validators.set(key, validate);
  return validate;
}

/** Clients must accept new fields, so the document's objects are open; our own answers have no undocumented fields. */
function closed(part: unknown): unknown {
  if (Array.isArray(part)) return part.map(closed);
  if (typeof part !== "object" || part === null) return part;
  const inner = Object.fromEntries(Object.entries(part).map(([name, each]) => [name, closed(each)]));
  return inner.type === "object" && "properties" in inner ? { additionalProperties: false, ...inner } : inner;
}
