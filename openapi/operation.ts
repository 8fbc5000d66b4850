import type { AnyProblemCode } from "../lambdas/contract/problem-codes.ts";
import type { ParameterName } from "./parameters.ts";
import type { Part } from "./part.ts";
import { allProblemsOf, problemResponses } from "./problems.ts";

/** One method of one path. */
export interface Operation {
  readonly method: "get" | "head" | "post" | "put" | "delete";
  readonly path: string;
  readonly id: string;
  readonly tag: "jobs" | "media" | "callbacks" | "fal" | "service";
  readonly summary: string;
  readonly description?: string;
  /** The caller needs no API key. */
  readonly isKeyless?: boolean;
  readonly parameters?: readonly (ParameterName | Part)[];
  /** The request body, by media type. */
  readonly body?: Part;
  /** The successful responses, by status. */
  readonly answers: Readonly<Record<number, Part>>;
  /**
   * The problems that only this route returns, in addition to those of all routes; or the responses that replace
   * problems.
   */
  readonly problems: readonly AnyProblemCode[] | { readonly others: Part };
  readonly callbacks?: Part;
}

/** All problem codes that an operation may return. */
export function problemsOf({ problems, isKeyless = false, body }: Operation): readonly AnyProblemCode[] {
  if ("others" in problems) return [];
  const ofBodies = body === undefined ? [] : (["body_too_large", "unsupported_media_type"] as const);
  return allProblemsOf([...problems, ...ofBodies], !isKeyless);
}

/** The operation in OpenAPI format. */
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
    responses: { ...answers, ...othersOf(operation) },
    ...(callbacks && { callbacks }),
  };
}

function othersOf(operation: Operation): Part {
  const { problems } = operation;
  return "others" in problems
    ? { "422": problems.others, default: problems.others }
    : problemResponses(problemsOf(operation));
}

function reference(parameter: ParameterName | Part): Part {
  return typeof parameter === "string" ? { $ref: `#/components/parameters/${parameter}` } : parameter;
}
