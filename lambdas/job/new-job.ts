import { INVOCATION_MAX_MS } from "../limits.ts";
import { iso } from "./deadlines.ts";
import { earliestDue, shardOf } from "./due.ts";
import type { Attempt, Cost, FalOptions, Job, ModelInput } from "./job.ts";

/** A validated request, its defaults filled in. */
export interface NewJobRequest {
  /** fal's model id. */
  readonly endpoint: string;
  readonly input: ModelInput;
  readonly callback_url?: string | undefined;
  readonly callback_format?: "fal" | undefined;
  readonly metadata?: Readonly<Record<string, string>> | undefined;
  readonly deadline_seconds: number;
  readonly fal_options?: FalOptions | undefined;
}

/** What `POST /jobs` knows when it makes a job. Times in epoch milliseconds. */
export interface Birth {
  readonly id: string;
  readonly owner: string;
  readonly at: number;
  readonly fingerprint: string;
  readonly tokenHash: string;
  /** Digest of the body about to be sent; undefined when nothing is sent now and the sweep is to do it. */
  readonly attemptDigest: string | undefined;
  readonly firstCheckMs: number;
  /** Undefined where the price of the endpoint is not known. */
  readonly cost: Cost | undefined;
  /** The image's URL was minted for this job alone (rule P13). */
  readonly imageHeld?: boolean;
  readonly uploadKeys?: readonly string[] | undefined;
  readonly retryOf?: string | undefined;
}

/**
 * The first row of a job: `submitting`, with the mark that an attempt is under way (rule P12) and a `due_at` that lies beyond
 * any POST of this invocation (rule P6), or, without an attempt, due at once.
 */
export function newJob(birth: Birth, request: NewJobRequest): Omit<Job, "write_id"> {
  const { id, at } = birth;
  const created_at = iso(at);
  const attempt: Attempt | undefined =
    birth.attemptDigest === undefined
      ? undefined
      : { number: 1, at, outcome: "under_way", body_digest: birth.attemptDigest };
  const due = attempt ? { check_due: at + Math.max(birth.firstCheckMs, INVOCATION_MAX_MS) } : { submit_due: at };
  return {
    id,
    owner: birth.owner,
    created_at_id: `${created_at}#${id}`,
    shard: shardOf(id, "open"),
    version: 1,
    status: "submitting",
    endpoint: request.endpoint,
    input: request.input,
    fingerprint: birth.fingerprint,
    token_hash: birth.tokenHash,
    metadata: request.metadata,
    callback_url: request.callback_url,
    callback_format: request.callback_format,
    fal_options: request.fal_options,
    created_at,
    deadline_at: at + request.deadline_seconds * 1000,
    attempt,
    image_held: birth.imageHeld ? true : undefined,
    cost: birth.cost,
    upload_keys: birth.uploadKeys,
    retry_of: birth.retryOf,
    timeline: [{ at: created_at, event: "submitting", by: "submit" }],
    ...due,
    due_at: earliestDue(due),
  };
}
