import { GatewayResponse, ResponseType, type RestApi } from "aws-cdk-lib/aws-apigateway";
import { Construct } from "constructs";
import { corsExposeHeaders } from "./cors.ts";

/**
 * An answer that API Gateway itself returns, before or after a function runs. The caller receives the same problem
 * format as everywhere else.
 */
type Refusal = {
  readonly types: readonly ResponseType[];
  readonly status: number;
  readonly title: string;
  readonly code: string;
  readonly detail: string;
  readonly retryAfterSeconds?: number;
};

/**
 * API Gateway's own refusals as RFC 9457 problems with CORS headers and stable codes. Its templates have no logic and
 * the texts are fixed, so no part of a request is ever repeated in an answer.
 */
export class GatewayResponses extends Construct {
  /** `publicUrl` is the base URL of the API. A problem's `type` starts with it. */
  constructor(scope: Construct, id: string, restApi: RestApi, publicUrl: string) {
    super(scope, id);
    for (const refusal of refusals) {
      for (const type of refusal.types) {
        new GatewayResponse(this, type.responseType, {
          restApi,
          type,
          statusCode: String(refusal.status),
          responseHeaders: headersOf(refusal),
          // The gateway uses this key as the default for any Accept header; the header below sets the content type.
          templates: { "application/json": bodyOf(refusal, publicUrl) },
        });
      }
    }
  }
}

function headersOf({ retryAfterSeconds }: Refusal): Record<string, string> {
  return {
    "Content-Type": "'application/problem+json'",
    "Cache-Control": "'no-store'",
    "Access-Control-Allow-Origin": "'*'",
    "Access-Control-Expose-Headers": `'${corsExposeHeaders.join(",")}'`,
    ...(retryAfterSeconds === undefined ? {} : { "Retry-After": `'${retryAfterSeconds}'` }),
  };
}

function bodyOf({ title, status, detail, code }: Refusal, publicUrl: string): string {
  return JSON.stringify({ type: `${publicUrl}/errors/${code}`, title, status, detail, code });
}

/** A function without a free execution is such a failure too (rule A22), and is free again in seconds. */
const retryAfterFailureSeconds = 5;
const retrySafely =
  "Retry with the same Idempotency-Key: a job that was already recorded is returned and does not run twice.";

/** The two defaults also cover answers of API Gateway that have no response type today. */
const refusals: readonly Refusal[] = [
  {
    types: [ResponseType.BAD_REQUEST_BODY, ResponseType.BAD_REQUEST_PARAMETERS, ResponseType.DEFAULT_4XX],
    status: 400,
    title: "Bad Request",
    code: "malformed_request",
    detail: "The request could not be understood.",
  },
  {
    types: [ResponseType.INVALID_API_KEY, ResponseType.UNAUTHORIZED],
    status: 401,
    title: "Unauthorized",
    code: "unauthorized",
    detail: "Send a valid API key in the x-api-key header.",
  },
  {
    types: [ResponseType.ACCESS_DENIED, ResponseType.EXPIRED_TOKEN, ResponseType.WAF_FILTERED],
    status: 403,
    title: "Forbidden",
    code: "forbidden",
    detail: "This request is not allowed.",
  },
  {
    // API Gateway reports a missing token or a bad signature for a path or method that does not exist.
    types: [ResponseType.MISSING_AUTHENTICATION_TOKEN, ResponseType.INVALID_SIGNATURE, ResponseType.RESOURCE_NOT_FOUND],
    status: 404,
    title: "Not Found",
    code: "not_found",
    detail: "There is nothing at this path.",
  },
  {
    types: [ResponseType.REQUEST_TOO_LARGE],
    status: 413,
    title: "Content Too Large",
    code: "body_too_large",
    detail: "The request is too large. Upload the image with POST /uploads first.",
  },
  {
    types: [ResponseType.UNSUPPORTED_MEDIA_TYPE],
    status: 415,
    title: "Unsupported Media Type",
    code: "unsupported_media_type",
    detail: "The API does not accept this Content-Type. Send application/json.",
  },
  {
    types: [ResponseType.THROTTLED],
    status: 429,
    title: "Too Many Requests",
    code: "throttled",
    detail: "The rate limit was exceeded. Wait for the seconds in Retry-After, then try again.",
    retryAfterSeconds: 1,
  },
  {
    types: [ResponseType.QUOTA_EXCEEDED],
    status: 429,
    title: "Too Many Requests",
    code: "quota_exceeded",
    detail: "This API key has used up its daily quota of requests.",
    // The quota renews once a day; asking once an hour is often enough.
    retryAfterSeconds: 3_600,
  },
  {
    types: [
      ResponseType.API_CONFIGURATION_ERROR,
      ResponseType.AUTHORIZER_CONFIGURATION_ERROR,
      ResponseType.AUTHORIZER_FAILURE,
      ResponseType.DEFAULT_5XX,
    ],
    status: 500,
    title: "Internal Server Error",
    code: "internal_error",
    detail: `Something went wrong on our side. ${retrySafely}`,
    retryAfterSeconds: retryAfterFailureSeconds,
  },
  // These two keep their codes but not their statuses, 502 and 504. fal's client automatically repeats a POST that is
  // answered 429, 502, 503 or 504, and by then a job may have been recorded
  // (docs/internals/decisions/0012-gateway-failures-are-500.md).
  {
    types: [ResponseType.INTEGRATION_FAILURE],
    status: 500,
    title: "Internal Server Error",
    code: "integration_failure",
    detail: `The service failed and may already have processed the request. ${retrySafely}`,
    retryAfterSeconds: retryAfterFailureSeconds,
  },
  {
    types: [ResponseType.INTEGRATION_TIMEOUT],
    status: 500,
    title: "Internal Server Error",
    code: "integration_timeout",
    detail: `The request took too long and may still be processed. ${retrySafely}`,
    retryAfterSeconds: retryAfterFailureSeconds,
  },
];
