import { parseNewJobRequest } from "../contract/job-request.ts";
import { jobUrl } from "../contract/public-job.ts";
import type { Offer } from "../contract/site.ts";
import type { Route } from "../http/api.ts";
import { idempotencyKey } from "../http/idempotency-key.ts";
import { orInvalid } from "../http/or-invalid.ts";
import { ownedJob } from "../http/owned-job.ts";
import { Problem } from "../http/problem.ts";
import { traceparentOf } from "../http/traceparent.ts";
import { orUnavailable } from "../http/unavailable.ts";
import { retryJobId } from "../job/identity.ts";
import { isOpen, type Job } from "../job/job.ts";
import type { NewJobRequest } from "../job/new-job.ts";
import { type Recorder, recordJob, reserveBudget } from "../submit/record-job.ts";
import { answer } from "./create-job.ts";

export interface Retrier extends Recorder, Offer {
  readonly owners: ReadonlyMap<string, string>;
}

/**
 * `POST /jobs/{id}/retry`: creates a new job with the same input. The new id is derived from the old id and the
 * Idempotency-Key, if there is one, so a double click creates one retry (rule P16). Throws `job_not_retryable` unless
 * the job failed, was canceled or expired. A new retry must be valid today as a new job would be (rule P29): throws
 * `invalid_request` if its endpoint is no longer offered, and `budget_exceeded`.
 */
export function retryJob(service: Retrier): Route {
  return async (request) => {
    const key = idempotencyKey(request);
    const job = await ownedJob(service, request);
    if (isOpen(job) || job.status === "succeeded") {
      throw new Problem(
        "job_not_retryable",
        `Only a job that failed, was canceled or expired can be retried. This job is ${job.status}.`,
        {
          instance: jobUrl(service.publicUrl, job.id),
        },
      );
    }
    const again = requestOf(job);
    const { endpoint, input, callback_url, metadata } = again;
    const id = retryJobId(job.owner, job.id, key);
    const parsed = parseNewJobRequest({ endpoint, input, callback_url, metadata }, service);
    // A repeat is answered with its retry, whatever is offered now (rule P16).
    const earlier = "errors" in parsed ? await orUnavailable(service.table.read(id)) : undefined;
    if (earlier) return answer({ job: earlier, isReplay: true }, service.publicUrl);
    orInvalid(parsed, NOT_VALID_NOW);
    const order = {
      id,
      owner: job.owner,
      fingerprint: job.fingerprint,
      request: again,
      // From now on two jobs share the image URL, so neither may be found by it.
      hasOwnFileUrl: false,
      retryOf: job.id,
      traceparent: traceparentOf(request),
    };
    const reserved = await reserveBudget(service, { ...order, endpoint: job.endpoint });
    const recorded =
      "existing" in reserved
        ? { job: reserved.existing, isReplay: true }
        : await recordJob(service, { ...order, ...reserved }, request.answerBy);
    return answer(recorded, service.publicUrl);
  };
}

const NOT_VALID_NOW =
  "The job's request is not valid any more, so it cannot be retried. `errors` lists why. Nothing was recorded.";

/** The original request, read from the row. */
function requestOf(job: Job): NewJobRequest {
  const { endpoint, input, metadata, callback_url, callback_format, callback_when, fal_options } = job;
  const deadline_seconds = Math.round((job.deadline_at - (job.held_ms ?? 0) - Date.parse(job.created_at)) / 1000);
  const callback = { callback_url, callback_format, callback_when };
  return { endpoint, input, metadata, ...callback, fal_options, deadline_seconds };
}
