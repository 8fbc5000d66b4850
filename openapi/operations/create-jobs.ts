import { lucy } from "../../lambdas/contract/models/lucy.ts";
import type { AnyProblemCode } from "../../lambdas/contract/problem-codes.ts";
import type { Site } from "../../lambdas/contract/site.ts";
import { BATCH_MAX_JOBS, INLINE_IMAGE_MAX_BYTES } from "../../lambdas/limits.ts";
import * as examples from "../examples.ts";
import type { Operation } from "../operation.ts";
import { headers, json, jsonContent, type Part } from "../part.ts";
import { describedJobRequest, fieldsOf, ref } from "../schemas.ts";

const CREATION_PROBLEMS = [
  "malformed_request",
  "malformed_idempotency_key",
  "job_deleted",
  "input_refused",
  "budget_exceeded",
  "table_unavailable",
] as const satisfies readonly AnyProblemCode[];

/** The operations that make jobs. */
export function jobCreation(site: Site): readonly Operation[] {
  return [createJob(site), createBatch, retryJob];
}

function createJob(site: Site): Operation {
  return {
    method: "post",
    path: "/jobs",
    id: "createJob",
    tag: "jobs",
    summary: "Make a job",
    description:
      "The job is recorded and then sent to fal with one POST. It goes on by itself, whatever happens; read it, wait for it, follow it, or be called back.",
    parameters: ["IdempotencyKey", "Prefer", "ValidateOnly"],
    body: {
      ...jsonContent(ref("NewJob"), { job: examples.newJob }),
      "multipart/form-data": { schema: newJobForm(site), encoding: { image: { contentType: "image/*" } } },
    },
    answers: {
      200: json(
        "The job as it is now: the request was made before, or the job settled while the caller waited. With `validate_only` what would be asked of fal.",
        { anyOf: [ref("Job"), ref("ValidatedJob")] },
        { settled: examples.succeededJob, validated: examples.validatedJob },
        headers("Location?", "Retry-After?", "Idempotency-Replayed?", "Preference-Applied?"),
      ),
      202: json(
        "The job, which goes on by itself.",
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
}

const createBatch: Operation = {
  method: "post",
  path: "/jobs/batch",
  id: "createBatch",
  tag: "jobs",
  summary: `Make up to ${BATCH_MAX_JOBS} jobs`,
  description:
    "Each entry is a job of its own, or a problem of its own, as `POST /jobs` would have answered. With an `Idempotency-Key` a repeat finds each entry's job by its place.",
  parameters: ["IdempotencyKey"],
  body: jsonContent(ref("NewBatch"), { batch: { jobs: [examples.newJob] } }),
  answers: {
    200: json("What became of each entry, in their order.", ref("BatchResults"), { results: examples.batchResults }),
  },
  problems: ["malformed_request", "malformed_idempotency_key", "invalid_request"],
};

const retryJob: Operation = {
  method: "post",
  path: "/jobs/{id}/retry",
  id: "retryJob",
  tag: "jobs",
  summary: "Make a new job with the same request",
  description:
    "For a job that failed, was canceled or expired. The same job and `Idempotency-Key`, or none, make the same retry: a second click is not a second render.",
  parameters: ["JobId", "IdempotencyKey"],
  answers: {
    200: json(
      "The retry was asked for before; this is its job, as it is now.",
      ref("Job"),
      { succeeded: { ...examples.succeededJob, retry_of: examples.retryingJob.retry_of } },
      headers("Location", "Idempotency-Replayed"),
    ),
    202: json(
      "The new job, which names the old one in `retry_of`.",
      ref("Job"),
      { queued: examples.retryingJob },
      headers("Location", "Retry-After"),
    ),
  },
  problems: [...CREATION_PROBLEMS, "not_found", "job_not_retryable"],
};

/** The fields of the JSON without their levels; `image` is the picture itself. */
function newJobForm(site: Site): Part {
  const { endpoint, callback_url, deadline_seconds, metadata } = fieldsOf(describedJobRequest(site));
  const image = {
    description: `The picture, PNG, JPEG or WebP, at most ${INLINE_IMAGE_MAX_BYTES} bytes; or image_url.`,
    type: "string",
    contentMediaType: "application/octet-stream",
  };
  return {
    type: "object",
    properties: { endpoint, image, ...fieldsOf(lucy.input(site.publicUrl)), callback_url, deadline_seconds },
    required: ["prompt"],
    patternProperties: { "^metadata\\..": metadata?.additionalProperties },
    additionalProperties: false,
  };
}
