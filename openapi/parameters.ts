import { listQuery } from "../lambdas/contract/list-query.ts";
import { IDEMPOTENCY_KEY_MAX_CHARACTERS, METADATA_KEY_MAX_CHARACTERS, WAIT_MAX_SECONDS } from "../lambdas/limits.ts";
import type { Part } from "./part.ts";
import { fieldsOf } from "./schemas.ts";

/** `components.parameters`, by the names that operations refer to. */
export const parameters = {
  JobId: {
    name: "id",
    in: "path",
    required: true,
    description: "The job.",
    schema: { type: "string" },
    example: "019aab3c4d5e7f60918273645a6b7c8d",
  },
  IdempotencyKey: {
    name: "Idempotency-Key",
    in: "header",
    description:
      "Makes repeats safe: the same key and request answer with the same job, and nothing is rendered or paid twice. Quoted or not; kept as long as the job.",
    schema: { type: "string", minLength: 1, maxLength: IDEMPOTENCY_KEY_MAX_CHARACTERS, pattern: "^[ -~]+$" },
    example: "order-42",
  },
  Prefer: {
    name: "Prefer",
    in: "header",
    description: `\`wait=n\`: the answer comes once the job has settled, or after n seconds, ${WAIT_MAX_SECONDS} at most (RFC 7240).`,
    schema: { type: "string" },
    example: "wait=20",
  },
  IfNoneMatch: {
    name: "If-None-Match",
    in: "header",
    description: "The `ETag` of what the caller has; 304 when that is still it.",
    schema: { type: "string" },
    example: '"7"',
  },
  LastEventId: {
    name: "Last-Event-ID",
    in: "header",
    description: "The id of the last event that the caller has: the stream goes on behind it.",
    schema: { type: "string" },
    example: "2.2",
  },
  ValidateOnly: flag("validate_only", "Only says what would be asked of fal and what that would cost; makes no job."),
  Logs: flag("logs", "Also asks fal for the request's place in the queue and its latest log lines."),
  Redirect: flag("redirect", "`0`: names the URL instead of leading there, because clients carry their API key along."),
  Download: flag("download", "The kept copy comes as a file with a name."),
  FalTargetUrl: {
    name: "x-fal-target-url",
    in: "header",
    required: true,
    description: "What the client would call at fal.",
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
  FalJobId: { name: "id", in: "path", required: true, description: "The job.", schema: { type: "string" } },
  FalToken: {
    name: "token",
    in: "path",
    required: true,
    description: "The job's own, which fal alone was told.",
    schema: { type: "string" },
  },
  ...falHeaders(),
} as const satisfies Record<string, Part>;

export type ParameterName = keyof typeof parameters;

/** The query of `GET /jobs`, from the schema that validates it. */
export function listParameters(): readonly Part[] {
  const { metadata: _, ...plain } = fieldsOf(listQuery);
  const metadata = {
    name: "metadata",
    in: "query",
    style: "form",
    explode: true,
    description: "`metadata.KEY=VALUE`: jobs with that metadata, all of it if several are given.",
    schema: {
      type: "object",
      patternProperties: { [`^metadata\\..{1,${METADATA_KEY_MAX_CHARACTERS}}$`]: { type: "string" } },
      additionalProperties: false,
    },
    example: { "metadata.order": "42" },
  };
  return [...Object.entries(plain).map(([name, schema]) => ({ name, in: "query", schema })), metadata];
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
    FalRequestId: header("Request-Id", "The request."),
    FalUserId: header("User-Id", "The account at fal."),
    FalTimestamp: header("Timestamp", "Seconds since 1970.", "^[0-9]+$"),
    FalSignature: header("Signature", "Ed25519, over the three above and the body's SHA-256.", "^[0-9a-f]{128}$"),
  };
}
