import type { APIGatewayProxyEvent, APIGatewayProxyResult } from "aws-lambda";
import { expectConforms } from "./conforms.ts";

/** A route's handler that checks every answer against `/openapi.json`. */
export function conforming<H extends (event: APIGatewayProxyEvent) => Promise<APIGatewayProxyResult>>(
  method: string,
  pattern: string,
  handle: H,
) {
  return async (event: APIGatewayProxyEvent): Promise<APIGatewayProxyResult> => {
    const result = await handle(event);
    const { statusCode: status, headers = {}, body } = result;
    const { validate_only = "0" } = event.queryStringParameters ?? {};
    expectConforms(method, `${pattern}?validate_only=${validate_only}`, {
      status,
      headers,
      body: body === "" ? undefined : JSON.parse(body),
    });
    return result;
  };
}
