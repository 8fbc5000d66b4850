import type { FalStatus } from "../fal/ask-for-callers.ts";
import { isObject } from "../fal/detail.ts";
import { falResult } from "../fal/fal-form.ts";
import { isOpen, type Job } from "../job/job.ts";
import { requestUrls } from "./answer.ts";

/**
 * A job's status in fal's form (docs/internals/fal-protocol.md#2-the-queue). It is COMPLETED only after the job has
 * settled, so that the result is then available. `logsFrom` is the first log line to include; undefined includes none.
 */
export function describeStatus(job: Job, falStatus: FalStatus, logsFrom: number | undefined) {
  const status = statusOf(job, falStatus);
  return {
    status,
    request_id: job.id,
    ...requestUrls(job),
    ...(status === "IN_QUEUE" && { queue_position: positionIn(falStatus) }),
    logs: logsFrom === undefined ? null : linesOf(falStatus).slice(logsFrom),
    ...(status === "COMPLETED" && { metrics: isObject(falStatus?.metrics) ? falStatus.metrics : {}, ...errorOf(job) }),
  };
}

/** All log lines so far. */
export function linesOf(falStatus: FalStatus): readonly unknown[] {
  return Array.isArray(falStatus?.logs) ? falStatus.logs : [];
}

function statusOf(job: Job, falStatus: FalStatus): "IN_QUEUE" | "IN_PROGRESS" | "COMPLETED" {
  if (!isOpen(job)) return "COMPLETED";
  if (falStatus?.status === "IN_PROGRESS" || falStatus?.status === "COMPLETED") return "IN_PROGRESS";
  return job.status === "running" ? "IN_PROGRESS" : "IN_QUEUE";
}

function positionIn(falStatus: FalStatus): number {
  const { queue_position } = falStatus ?? {};
  return typeof queue_position === "number" && Number.isSafeInteger(queue_position) ? queue_position : 0;
}

/** Errors of fal's infrastructure appear in the status; errors of the model appear only in the result. */
function errorOf(job: Job) {
  const { error_type, detail } = falResult(job).body;
  return error_type === undefined ? {} : { error: detail, error_type };
}
