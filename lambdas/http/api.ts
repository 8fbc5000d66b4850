import type { APIGatewayProxyEvent, APIGatewayProxyResult } from "aws-lambda";
import { logError } from "../log.ts";
import { Problem, problemBody } from "./problem.ts";
import { type HttpRequest, toRequest } from "./request.ts";

/** The response of a route. `body` is sent as JSON, `text` unchanged. Without either the response is empty. */
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
 * The handler of a function with these routes. A request for any other route was sent to the wrong function, which is a
 * bug of ours. Only the public function has a `fallback`, which answers all other requests. `publicUrl` is the base URL
 * of the API.
 */
export function api(routes: RouteTable, publicUrl: string, fallback: Route = refuseStray) {
  return handleWith((request) => {
    // The gateway does not send the body of an answer to HEAD.
    const method = request.method === "HEAD" ? "GET" : request.method;
    const route = routes[`${method} ${request.resource}`] ?? fallback;
    return route(request);
  }, publicUrl);
}

/**
 * The handler of one route: takes an event, returns an HTTP response. It is the only catch-all. A `Problem` becomes
 * problem+json. Any other error is a bug of ours: it is logged completely, and the caller gets a 500 without details.
 * `now` returns epoch milliseconds.
 */
export function handleWith(route: Route, publicUrl: string, now: () => number = Date.now) {
  return async (event: APIGatewayProxyEvent): Promise<APIGatewayProxyResult> => {
    try {
      return toResult(await route(toRequest(event, now())));
    } catch (error) {
      const problem = error instanceof Problem ? error : unexpected(error, event);
      if (problem.status >= 500)
        logError("request failed", problem.cause ?? problem, {
          code: problem.code,
          resource: event.resource,
          job_id: event.pathParameters?.id,
        });
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
