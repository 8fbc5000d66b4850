import { randomUUID } from "node:crypto";
import type { Policy } from "../lambdas/job/event.ts";
import { retryJobId } from "../lambdas/job/identity.ts";
import { isOpen, type Job, videoOf } from "../lambdas/job/job.ts";
import { openJobTable } from "../lambdas/table/job-table.ts";
import { openJobs } from "../lambdas/table/jobs.ts";
import type { Installation } from "./connect.ts";
import type { FunctionName } from "./functions.ts";
import type { Action } from "./operation.ts";

/** What became of one job. `again`: nothing happened, and it may be tried again after so many seconds. */
export type Acted =
  | { readonly kind: "acted" }
  | { readonly kind: "skipped" }
  | { readonly kind: "refused"; readonly code: string }
  | { readonly kind: "again"; readonly code: string; readonly afterSeconds: number };

/** How jobs are acted on. */
export interface Hands {
  readonly installation: Installation;
  /** Runs a function of the installation with an event. */
  readonly invoke: (name: FunctionName, event: object) => Promise<unknown>;
  readonly policy: Policy;
  /** API key id → owner. */
  readonly owners: Readonly<Record<string, string>>;
  /** Epoch milliseconds. */
  readonly now: () => number;
}

/** Whether there is anything to do for a job. */
export function isFor(action: Action, job: Job): boolean {
  switch (action) {
    case "retry":
      return !isOpen(job) && job.status !== "succeeded";
    case "cancel":
      return isOpen(job) && job.cancel_requested_at === undefined;
    case "redeliver":
      return (
        job.deliver_due === undefined && (job.delivery?.ended === "exhausted" || job.delivery?.is_published === false)
      );
    case "archive":
      return !isOpen(job) && videoOf(job) !== undefined && job.video_key === undefined && job.archive_due === undefined;
  }
}

/**
 * Acts on a job, as the operation with this id. The same operation may do it again and changes nothing then: a retry's
 * id is a digest of the job and the operation (rule P16), a cancellation is one wish, a redelivery remembers who asked
 * for it, and a copy that is due is not requested again.
 */
export async function act(hands: Hands, action: Action, operationId: string, job: Job): Promise<Acted> {
  if (!isFor(action, job) || isOwnRetry(operationId, job)) return { kind: "skipped" };
  if (action === "retry") return call(hands, "submit", "retry", job, operationId);
  if (action === "cancel") return call(hands, "change", "cancel", job, operationId);
  const { installation, policy, now } = hands;
  const table = openJobTable(installation.tableName, now, installation.client);
  const jobs = openJobs({ table, policy, now, newWriteId: randomUUID });
  const event =
    action === "redeliver"
      ? ({ type: "redelivery_requested", key: operationId } as const)
      : ({ type: "archive_requested" } as const);
  const after = await jobs.advance(job, "operator", event);
  return after === undefined || after === job ? { kind: "skipped" } : { kind: "acted" };
}

/**
 * Whether this operation created the job. The time at which it started does not tell, because the operator's clock may be
 * ahead of that of the functions.
 */
function isOwnRetry(operationId: string, { id, owner, retry_of }: Job): boolean {
  return retry_of !== undefined && id === retryJobId(owner, retry_of, operationId);
}

/** The route does it, with everything that a caller's own request is asked (rule P29). */
async function call(hands: Hands, name: FunctionName, verb: string, job: Job, key: string): Promise<Acted> {
  const owner = hands.owners[job.owner];
  // The route would take the owner for an API key, and so for somebody else (rule P24).
  if (owner !== undefined && owner !== job.owner) return { kind: "refused", code: "owner_is_a_key" };
  const answer = (await hands.invoke(name, requestTo(verb, job, key))) as {
    readonly statusCode: number;
    readonly headers?: Readonly<Record<string, string>>;
    readonly body: string;
  };
  const { statusCode, headers = {}, body } = answer;
  if (statusCode < 300) return { kind: "acted" };
  const code = codeOf(body) ?? `http_${statusCode}`;
  const afterSeconds = Number(headers["retry-after"] ?? 1);
  // A day's budget is not worth waiting for.
  const isWorthIt = (statusCode === 503 || statusCode === 429) && code !== "budget_exceeded";
  return isWorthIt ? { kind: "again", code, afterSeconds } : { kind: "refused", code };
}

/** The event that API Gateway would send for the owner's request. */
function requestTo(verb: string, { id, owner }: Job, key: string): object {
  return {
    resource: `/jobs/{id}/${verb}`,
    path: `/jobs/${id}/${verb}`,
    httpMethod: "POST",
    pathParameters: { id },
    multiValueHeaders: { "idempotency-key": [key] },
    multiValueQueryStringParameters: null,
    body: null,
    isBase64Encoded: false,
    requestContext: { identity: { apiKeyId: owner, sourceIp: "127.0.0.1" } },
  };
}

function codeOf(body: string): string | undefined {
  try {
    return (JSON.parse(body) as { code?: string }).code;
  } catch {
    return undefined;
  }
}
