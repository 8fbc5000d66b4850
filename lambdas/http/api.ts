import type { APIGatewayProxyEvent, APIGatewayProxyResult } from "aws-lambda";
import { logError } from "../log.ts";
import { Problem, problemBody } from "./problem.ts";
import { type HttpRequest, toRequest } from "./request.ts";

/** The answer of a route. `body` is sent as JSON, `text` unchanged; without either, the answer is empty. */
export interface HttpAnswer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  readonly text?: string;
}

export type Route = (request: HttpRequest) => HttpAnswer | Promise<HttpAnswer>;

/** The routes of a function, by method and resource, such as `POST /jobs`. */
export type RouteTable = Readonly<Record<string, Route>>;

const COMMON_HEADERS = {
  "access-control-allow-origin": "*",
  "access-control-expose-headers": "*",
  "cache-control": "no-store",
  "x-content-type-options": "nosniff",
};

/**
 * The handler of a function with these routes. A request that is not in the table reached the wrong function, which is
 * our bug. Only the public function has a `fallback`, which answers everything else. `publicUrl` is the API's base URL.
 */
export function api(routes: RouteTable, publicUrl: string, fallback: Route = refuseStray) {
  return handleWith((request) => {
    const route = routes[`${request.method} ${request.resource}`] ?? fallback;
    return route(request);
  }, publicUrl);
}

/**
 * The handler of one route: it turns an event into an HTTP answer. This is the only catch-all: a `Problem` becomes its
 * problem+json. Any other error is our bug: it is logged in full, and the answer is a bare 500. `now` returns epoch
 * milliseconds.
 */
export function handleWith(route: Route, publicUrl: string, now: () => number = Date.now) {
  return async (event: APIGatewayProxyEvent): Promise<APIGatewayProxyResult> => {
    try {
      return toResult(await route(toRequest(event, now())));
    } catch (error) {
      const problem = error instanceof Problem ? error : unexpected(error, event);
      if (problem.status >= 500)
        logError("request failed", problem.cause ?? problem, { code: problem.code, resource: event.resource });
      return toResult(
        { status: problem.status, headers: problem.extras.headers ?? {}, body: problemBody(problem, publicUrl) },
        "application/problem+json",
      );
    }
  };
}

function refuseStray({ method, resource }: HttpRequest): never {
  throw new Error(`This function has no route for ${method} ${resource}.`);
}

function unexpected(cause: unknown, event: APIGatewayProxyEvent): Problem {
  const retry = event.httpMethod === "POST" ? " Retry with the same Idempotency-Key." : "";
  return new Problem("internal_error", `Something went wrong on our side.${retry}`, { cause });
}

function toResult(answer: HttpAnswer, contentType = "application/json"): APIGatewayProxyResult {
  const text = answer.text ?? (answer.body === undefined ? undefined : JSON.stringify(answer.body));
  return {
    statusCode: answer.status,
    headers: { ...COMMON_HEADERS, ...(text !== undefined && { "content-type": contentType }), ...answer.headers },
    body: text ?? "",
  };
}
