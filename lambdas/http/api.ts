import type { APIGatewayProxyEvent, APIGatewayProxyResult } from "aws-lambda";
import { logError } from "../log.ts";
import { Problem, problemBody } from "./problem.ts";
import { type HttpRequest, toRequest } from "./request.ts";

/** What a route answers. `body` is sent as JSON; without one the answer is empty. */
export interface HttpAnswer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

export type Route = (request: HttpRequest) => HttpAnswer | Promise<HttpAnswer>;

const COMMON_HEADERS = {
  "access-control-allow-origin": "*",
  "access-control-expose-headers": "*",
  "cache-control": "no-store",
  "x-content-type-options": "nosniff",
};

/**
 * The handler of a route: event in, HTTP answer out. The only catch-all: a `Problem` becomes its problem+json, anything else is
 * our bug, is logged whole and answered with a bare 500. `now` gives epoch milliseconds.
 */
export function api(route: Route, now: () => number = Date.now) {
  return async (event: APIGatewayProxyEvent): Promise<APIGatewayProxyResult> => {
    try {
      return toResult(await route(toRequest(event, now())));
    } catch (error) {
      const problem = error instanceof Problem ? error : unexpected(error, event);
      if (problem.status >= 500)
        logError("request failed", problem.cause ?? problem, { code: problem.code, resource: event.resource });
      return toResult(
        { status: problem.status, headers: problem.extras.headers ?? {}, body: problemBody(problem) },
        "application/problem+json",
      );
    }
  };
}

function unexpected(cause: unknown, event: APIGatewayProxyEvent): Problem {
  const retry = event.httpMethod === "POST" ? " Retry with the same Idempotency-Key." : "";
  return new Problem("internal_error", `Something went wrong on our side.${retry}`, { cause });
}

function toResult(answer: HttpAnswer, contentType = "application/json"): APIGatewayProxyResult {
  const hasBody = answer.body !== undefined;
  return {
    statusCode: answer.status,
    headers: { ...COMMON_HEADERS, ...(hasBody && { "content-type": contentType }), ...answer.headers },
    body: hasBody ? JSON.stringify(answer.body) : "",
  };
}
