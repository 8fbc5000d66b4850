import type { HttpAnswer } from "../http/api.ts";
import { Problem } from "../http/problem.ts";
import { bodyDigest, tokenHash, webhookToken } from "../job/identity.ts";
import type { Job } from "../job/job.ts";
import { POLL_AFTER_SECONDS } from "../job/limits.ts";
import { newJob } from "../job/new-job.ts";
import { jobUrl, publicJob } from "../job/public-job.ts";
import type { NewJobRequest } from "../job/request.ts";
import type { Written } from "../table/job-table.ts";
import { hasTimeToPost, type Submitter, submitAttempt } from "./attempt.ts";
import { jobDeleted } from "./hold-image.ts";

/** A job about to be made. */
export interface Order {
  readonly id: string;
  readonly owner: string;
  readonly endpoint: string;
  readonly fingerprint: string;
  readonly request: NewJobRequest;
  /** The image's URL was minted for this job alone. */
  readonly imageHeld: boolean;
  readonly uploadKey?: string | undefined;
  readonly retryOf?: string;
  /** Epoch milliseconds by which the caller must have an answer. */
  readonly answerBy: number;
}

/** Records a job and submits it once; an id that is taken answers with the job that has it (design §4.2–4). */
export async function recordJob(service: Submitter, order: Order): Promise<HttpAnswer> {
  const mayPost = hasTimeToPost(order.answerBy, service.now()) && service.gate.tryEnter();
  const token = webhookToken(service.randomBytes(32));
  const job = describe(service, order, token, mayPost);
  const prepared = service.prepare();
  // Awaited only once the row is written; until then its failure is nobody's.
  prepared.catch(() => undefined);
  let entered = mayPost;
  try {
    const written = await add(service, job);
    if (written.outcome === "refused") {
      if (written.isDeleted) throw jobDeleted();
      return replay(written.current, order.fingerprint, service.publicUrl);
    }
    if (!mayPost) return answerNew(job, service.publicUrl);
    entered = false;
    return answerNew(await submitAttempt(service, prepared, job, token, order.answerBy), service.publicUrl);
  } finally {
    if (entered) service.gate.leave(undefined);
  }
}

/** The same request again answers with the job as it is now; another request under the same key is refused. */
export function replay(existing: Job | undefined, fingerprint: string, publicUrl: string): HttpAnswer {
  if (existing === undefined) {
    throw new Problem("table_unavailable", "The job was being deleted. Retry with the same Idempotency-Key.", {
      headers: { "retry-after": String(POLL_AFTER_SECONDS) },
    });
  }
  const location = jobUrl(publicUrl, existing.id);
  if (existing.fingerprint !== fingerprint) {
    throw new Problem("idempotency_key_reused", "This Idempotency-Key was already used with another request.", {
      instance: location,
    });
  }
  return { status: 200, headers: { location, "idempotency-replayed": "true" }, body: publicJob(existing, publicUrl) };
}

/** The row as it is first written: marked as being submitted when that is about to happen, else left to the sweep. */
function describe(service: Submitter, order: Order, token: string, mayPost: boolean): Job {
  const { request, ...rest } = order;
  const birth = {
    ...rest,
    at: service.now(),
    tokenHash: tokenHash(token),
    attemptDigest: mayPost ? bodyDigest(request.input) : undefined,
    firstCheckMs: service.policy.firstCheckMs,
  };
  return { ...newJob(birth, request), write_id: service.newWriteId() };
}

/** When it stays unknown whether the row was written, the answer names the job, so that the caller can find out (rule P16). */
async function add(service: Submitter, job: Job): Promise<Written> {
  try {
    return await service.table.add(job);
  } catch (cause) {
    throw new Problem("table_unavailable", "The job may not have been recorded. Retry with the same Idempotency-Key.", {
      instance: jobUrl(service.publicUrl, job.id),
      headers: { "retry-after": String(POLL_AFTER_SECONDS) },
      cause,
    });
  }
}

function answerNew(job: Job, publicUrl: string): HttpAnswer {
  const location = jobUrl(publicUrl, job.id);
  if (job.status === "failed" && job.error?.code === "input_refused") {
    throw new Problem("input_refused", job.error.message, { instance: location, headers: { location } });
  }
  const headers = { location, "retry-after": String(POLL_AFTER_SECONDS) };
  return { status: 202, headers, body: publicJob(job, publicUrl) };
}
