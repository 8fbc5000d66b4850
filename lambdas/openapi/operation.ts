import type { ParameterName } from "./parameters.ts";
import type { Part } from "./part.ts";
import { type AnyProblemCode, allProblemsOf, problemResponses } from "./problems.ts";

/** One method of one path. */
export interface Operation {
  readonly method: "get" | "post" | "delete";
  readonly path: string;
  readonly id: string;
  readonly tag: "jobs" | "media" | "callbacks" | "service";
  readonly summary: string;
  readonly description?: string;
  /** The caller needs no API key. */
  readonly isKeyless?: boolean;
  readonly parameters?: readonly (ParameterName | Part)[];
  /** What is sent, by media type. */
  readonly body?: Part;
  /** What is answered when all goes well, by status. */
  readonly answers: Readonly<Record<number, Part>>;
  /** The problems of this route's own, besides those of all routes. */
  readonly problems: readonly AnyProblemCode[];
  readonly callbacks?: Part;
}

/** The codes of all problems that an operation may answer with. */
export function problemsOf({ problems, isKeyless = false, body }: Operation): readonly AnyProblemCode[] {
  const ofBodies = body === undefined ? [] : (["body_too_large", "unsupported_media_type"] as const);
  return allProblemsOf([...problems, ...ofBodies], !isKeyless);
}

/** The operation as OpenAPI has it. */
export function describe(operation: Operation): Part {
  const { id, tag, summary, description, body, answers, callbacks, isKeyless = false } = operation;
  return {
    operationId: id,
    tags: [tag],
    summary,
    ...(description !== undefined && { description }),
    ...(isKeyless && { security: [] }),
    ...(operation.parameters && { parameters: operation.parameters.map(reference) }),
    ...(body && { requestBody: { required: true, content: body } }),
    responses: { ...answers, ...problemResponses(problemsOf(operation)) },
    ...(callbacks && { callbacks }),
  };
}

function reference(parameter: ParameterName | Part): Part {
  return typeof parameter === "string" ? { $ref: `#/components/parameters/${parameter}` } : parameter;
}
