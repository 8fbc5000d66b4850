import type { AnyProblemCode } from "../../lambdas/contract/problem-codes.ts";
import { BATCH_MAX_JOBS } from "../../lambdas/limits.ts";
import * as examples from "../examples.ts";
import type { Operation } from "../operation.ts";
import { headers, json, jsonContent } from "../part.ts";
import { ref } from "../schemas.ts";

const CREATION_PROBLEMS = [
  "malformed_request",
  "malformed_idempotency_key",
  "job_deleted",
  "input_refused",
  "endpoint_unpriced",
  "budget_exceeded",
  "table_unavailable",
] as const satisfies readonly AnyProblemCode[];

/** The request for a job. Generators make one method of an operation, so its body has one type here. */
const newJobBody = jsonContent(ref("NewJob"), { job: examples.newJob, other: examples.otherJob });

const createJob: Operation = {
  method: "post",
  path: "/jobs",
  id: "createJob",
  tag: "jobs",
  summary: "Create a job",
  description:
    "Records the job, then sends it to fal with one POST. The job then continues automatically, whatever fails. Read it, wait for it, follow its events, or send a `callback_url`. The request can also be sent as `multipart/form-data`, with the same field names but without nesting, and the image's file as `image`.",
  parameters: ["IdempotencyKey", "Prefer"],
  body: newJobBody,
  answers: {
    200: json(
      "The job in its current state: the request was made before, or the job settled while the caller waited.",
      ref("Job"),
      { settled: examples.succeededJob },
      headers("Location?", "Retry-After?", "Idempotency-Replayed?", "Preference-Applied?"),
    ),
    202: json(
      "The new job. It continues automatically.",
      ref("Job"),
      { queued: examples.queuedJob },
      headers("Location", "Retry-After", "Preference-Applied?"),
    ),
  },
  problems: [
    ...CREATION_PROBLEMS,
    "invalid_request",
    "idempotency_key_reused",
    "storage_unavailable",
    "fal_key_missing",
  ],
  callbacks: { jobSettled: { "{$request.body#/callback_url}": { $ref: "#/components/pathItems/JobSettled" } } },
};

const validateJob: Operation = {
  method: "post",
  path: "/jobs/validate",
  id: "validateJob",
  tag: "jobs",
  summary: "Check a request for a job and see its cost",
  description:
    "Checks the request as `POST /jobs` would, and creates no job. Nothing is sent to fal and nothing is billed. The answer has no inline files: a note such as `(image/jpeg, 21345 bytes)` takes the place of each. So send your own request to `POST /jobs`, not this answer.",
  body: newJobBody,
  answers: {
    200: json(
      "The request is valid. This is what would be sent to fal, with a note in place of each inline file, and its estimated cost.",
      ref("ValidatedJob"),
      { validated: examples.validatedJob },
    ),
  },
  problems: ["malformed_request", "invalid_request", "endpoint_unpriced", "storage_unavailable"],
};

const createBatch: Operation = {
  method: "post",
  path: "/jobs/batch",
  id: "createBatch",
  tag: "jobs",
  summary: `Create up to ${BATCH_MAX_JOBS} jobs`,
  description:
    "Each entry returns its own job or its own problem, as `POST /jobs` would. With an `Idempotency-Key`, a repeated batch returns the same job for each position.",
  parameters: ["IdempotencyKey"],
  body: jsonContent(ref("NewBatch"), { batch: { jobs: [examples.newJob] } }),
  answers: {
    200: json("One result for each entry, in the same order.", ref("BatchResults"), { results: examples.batchResults }),
  },
  problems: ["malformed_request", "malformed_idempotency_key", "invalid_request"],
};

const retryJob: Operation = {
  method: "post",
  path: "/jobs/{id}/retry",
  id: "retryJob",
  tag: "jobs",
  summary: "Create a new job with the same request",
  description:
    "For a job that failed, was canceled or expired. Repeating the call with the same `Idempotency-Key`, or again without one, returns the same retry: a second click does not start a second render. The request must still be valid today, and its endpoint offered.",
  parameters: ["JobId", "IdempotencyKey"],
  answers: {
    200: json(
      "The retry was requested before. The response is the job that it created, in its current state.",
      ref("Job"),
      { succeeded: { ...examples.succeededJob, retry_of: examples.retryingJob.retry_of } },
      headers("Location", "Idempotency-Replayed"),
    ),
    202: json(
      "The new job. Its `retry_of` is the id of the old job.",
      ref("Job"),
      { queued: examples.retryingJob },
      headers("Location", "Retry-After"),
    ),
  },
  problems: [...CREATION_PROBLEMS, "not_found", "job_not_retryable", "invalid_request"],
};

/** The operations that create jobs. */
export const jobCreation: readonly Operation[] = [createJob, validateJob, createBatch, retryJob];
