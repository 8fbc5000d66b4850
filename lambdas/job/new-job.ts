import { DEADLINE_DEFAULT_SECONDS, INVOCATION_MAX_MS } from "../limits.ts";
import { iso } from "./deadlines.ts";
import { earliestDue, shardOf } from "./due.ts";
import type { Attempt, Cost, FalOptions, Job, JobError, ModelInput } from "./job.ts";
import { holding } from "./waiting.ts";

/** A validated request with defaults filled in. */
export interface NewJobRequest {
  /** fal's model id. */
  readonly endpoint: string;
  readonly input: ModelInput;
  readonly callback_url?: string | undefined;
  readonly callback_format?: "fal" | undefined;
  readonly callback_when?: "settled" | undefined;
  readonly metadata?: Readonly<Record<string, string>> | undefined;
  readonly deadline_seconds: number;
  readonly fal_options?: FalOptions | undefined;
}

/** What a new row has in addition to the request. All times are in epoch milliseconds. */
export interface NewJobParams {
  readonly id: string;
  readonly owner: string;
  readonly at: number;
  readonly fingerprint: string;
  readonly tokenHash: string;
  /** Digest of the body about to be sent; undefined when the sweep will send it. */
  readonly attemptDigest: string | undefined;
  readonly firstCheckMs: number;
  /** Undefined if the endpoint has no known price. */
  readonly cost: Cost | undefined;
  /** A file URL in the input was created for this job only (rule P13). */
  readonly hasOwnFileUrl?: boolean;
  readonly uploadKeys?: readonly string[] | undefined;
  readonly retryOf?: string | undefined;
  readonly traceparent?: string | undefined;
  /** Why it is not sent now, if the service as a whole waits. */
  readonly waitsFor?: JobError | undefined;
}

/**
 * The first row of a job, in state `submitting`. With an attempt: marked as under way (rule P12) and due after any POST
 * of this invocation has ended (rule P6). Without an attempt: due now.
 */
export function newJob(params: NewJobParams, request: NewJobRequest): Omit<Job, "write_id"> {
  const { id, at } = params;
  const created_at = iso(at);
  const attempt: Attempt | undefined =
    params.attemptDigest === undefined
      ? undefined
      : { number: 1, at, outcome: "under_way", body_digest: params.attemptDigest };
  const due = attempt ? { check_due: at + Math.max(params.firstCheckMs, INVOCATION_MAX_MS) } : { submit_due: at };
  const job = {
    id,
    owner: params.owner,
    created_at_id: `${created_at}#${id}`,
    shard: shardOf(id, "open"),
    version: 1,
    status: "submitting",
    endpoint: request.endpoint,
    input: request.input,
    fingerprint: params.fingerprint,
    token_hash: params.tokenHash,
    metadata: request.metadata,
    callback_url: request.callback_url,
    callback_format: request.callback_format,
    callback_when: request.callback_when,
    fal_options: request.fal_options,
    created_at,
    deadline_at: at + request.deadline_seconds * 1000,
    default_deadline: request.deadline_seconds === DEADLINE_DEFAULT_SECONDS ? true : undefined,
    attempt,
    image_held: params.hasOwnFileUrl ? true : undefined,
    cost: params.cost,
    upload_keys: params.uploadKeys,
    retry_of: params.retryOf,
    traceparent: params.traceparent,
    timeline: [{ at: created_at, event: "submitting", by: "submit" }],
    ...due,
    due_at: earliestDue(due),
    error: params.waitsFor,
  } as const;
  return holding(job, at);
}
