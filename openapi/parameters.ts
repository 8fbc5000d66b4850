import { listQuery } from "../lambdas/contract/list-query.ts";
import { usageQuery } from "../lambdas/contract/usage-query.ts";
import { IDEMPOTENCY_KEY_MAX_CHARACTERS, USAGE_MAX_DAYS, WAIT_MAX_SECONDS } from "../lambdas/limits.ts";
import type { Part } from "./part.ts";
import { fieldsOf } from "./schemas.ts";

/** `components.parameters`, by the names that operations use to refer to them. */
export const parameters = {
  JobId: {
    name: "id",
    in: "path",
    required: true,
    description: "Id of the job.",
    schema: { type: "string" },
    example: "019aab3c4d5e7f60918273645a6b7c8d",
  },
  IdempotencyKey: {
    name: "Idempotency-Key",
    in: "header",
    description:
      "Makes retries safe: the same key with the same request returns the same job, and nothing is rendered or billed twice. Quotes are optional. The key is kept as long as the job.",
    schema: { type: "string", minLength: 1, maxLength: IDEMPOTENCY_KEY_MAX_CHARACTERS, pattern: "^[ -~]+$" },
    example: "order-42",
  },
  Prefer: {
    name: "Prefer",
    in: "header",
    description: `\`wait=n\`: responds when the job has settled, or after n seconds at the latest. The maximum is ${WAIT_MAX_SECONDS} (RFC 7240).`,
    schema: { type: "string" },
    example: "wait=20",
  },
  IfNoneMatch: {
    name: "If-None-Match",
    in: "header",
    description: "The `ETag` of the version that the caller has. If it is still current, the response is 304.",
    schema: { type: "string" },
    example: '"7"',
  },
  LastEventId: {
    name: "Last-Event-ID",
    in: "header",
    description: "Id of the last event that the caller received. The stream continues after it.",
    schema: { type: "string" },
    example: "2.2",
  },
  LastEventIdInQuery: {
    name: "lastEventId",
    in: "query",
    description:
      "The same as the header `Last-Event-ID`, for clients that cannot set it, such as event-source-polyfill. The header takes precedence. Case and hyphens of the name do not matter.",
    schema: { type: "string" },
    example: "2.2",
  },
  Logs: flag("logs", "Also returns the request's queue position and latest log lines from fal."),
  Redirect: flag(
    "redirect",
    "`0`: returns the URL as JSON instead of redirecting, because many clients send their API key to the redirect's target too.",
  ),
  Download: flag("download", "Sends the stored copy as a download with a file name."),
  FalTargetUrl: {
    name: "x-fal-target-url",
    in: "header",
    required: true,
    description: "The fal URL that the client would call.",
    schema: { type: "string", format: "uri" },
    example: "https://queue.fal.run/decart/lucy-14b/image-to-video",
  },
  ErrorCode: {
    name: "code",
    in: "path",
    required: true,
    description: "The `code` of a problem, or the `error.code` of a job.",
    schema: { type: "string" },
    example: "throttled",
  },
  FalJobId: { name: "id", in: "path", required: true, description: "Id of the job.", schema: { type: "string" } },
  FalToken: {
    name: "token",
    in: "path",
    required: true,
    description: "The job's secret token. Only fal receives it.",
    schema: { type: "string" },
  },
  ...falHeaders(),
} as const satisfies Record<string, Part>;

export type ParameterName = keyof typeof parameters;

/** The query parameters of `GET /jobs`, from the schema that validates them. */
export function listParameters(): readonly Part[] {
  const { metadata: _, status: statuses, ...plain } = fieldsOf(listQuery);
  const status = {
    name: "status",
    in: "query",
    style: "form",
    explode: true,
    description:
      "Only jobs in one of these states: `status=failed&status=expired`. `status=failed,expired` means the same.",
    schema: statuses,
    example: ["failed", "expired"],
  };
  const metadata = {
    name: "metadata",
    in: "query",
    style: "deepObject",
    explode: true,
    description:
      "Only jobs with this metadata, as `metadata[KEY]=VALUE`. If several keys are given, all must match. `metadata.KEY=VALUE` means the same.",
    schema: { type: "object", additionalProperties: { type: "string" } },
    example: { order: "42" },
  };
  return [status, ...Object.entries(plain).map(([name, schema]) => ({ name, in: "query", schema })), metadata];
}

/** The query parameters of `GET /usage`. */
export function usageParameters(): readonly Part[] {
  const descriptions: Readonly<Record<string, string>> = {
    from: `First day (UTC) or time. The default is ${USAGE_MAX_DAYS} days before \`to\`, which is also the longest period.`,
    to: "End of the period, a day (UTC) or a time that is not a part of it. The default is now.",
    group_by: "Also returns the sums of each day (UTC) or of each endpoint.",
  };
  const { from: _from, to: _to, ...others } = fieldsOf(usageQuery);
  const time = { type: "string" };
  return Object.entries({ from: time, to: time, ...others }).map(([name, schema]) => {
    return { name, in: "query", description: descriptions[name] ?? "", schema };
  });
}

function flag(name: string, description: string): Part {
  return { name, in: "query", description, schema: { type: "string", enum: ["0", "1", "false", "true"] } };
}

function falHeaders() {
  const header = (name: string, description: string, pattern?: string) => ({
    name: `X-Fal-Webhook-${name}`,
    in: "header",
    required: true,
    description,
    schema: { type: "string", ...(pattern !== undefined && { pattern }) },
  });
  return {
    FalRequestId: header("Request-Id", "fal's id of the request."),
    FalUserId: header("User-Id", "Id of the fal account."),
    FalTimestamp: header("Timestamp", "Time of the signature, in seconds since 1970.", "^[0-9]+$"),
    FalSignature: header(
      "Signature",
      "Ed25519 signature of the three headers above and the body's SHA-256.",
      "^[0-9a-f]{128}$",
    ),
  };
}
