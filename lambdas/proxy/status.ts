import { isSuccess } from "../fal/call-once.ts";
import { isObject, jsonObject } from "../fal/detail.ts";
import { falResult } from "../fal/fal-form.ts";
import type { Prepared } from "../fal/prepare.ts";
import { isOpen, type Job } from "../job/job.ts";
import { FAL_LOGS_ASKED_MS } from "../limits.ts";
import { requestUrls } from "./answer.ts";

/** What fal says of a job's request; undefined where it was not asked, or gave no answer. */
export type Said = Readonly<Record<string, unknown>> | undefined;

/** Asks fal how a job's request stands, for as long as it would know. Never throws. */
export async function askFal(prepare: () => Promise<Prepared>, job: Job, now: number, logs: boolean): Promise<Said> {
  const settledAt = job.settled_at === undefined ? now : Date.parse(job.settled_at);
  if (job.request_id === undefined || now > settledAt + FAL_LOGS_ASKED_MS) return undefined;
  const { fal, access } = await prepare();
  if (access === undefined) return undefined;
  const call = await fal.statusAtFal(access, { endpoint: job.endpoint, requestId: job.request_id }, logs);
  return call.kind === "answered" && isSuccess(call.status) ? jsonObject(call.body) : undefined;
}

/**
 * A job's status in fal's form (docs/internals/fal-protocol.md#2-the-queue). It is COMPLETED once the job has settled,
 * so that the result is there for whoever then
 * asks. `logsFrom`: the log lines from the given one on; undefined: none are wanted.
 */
export function describeStatus(job: Job, said: Said, logsFrom: number | undefined) {
  const status = statusOf(job, said);
  return {
    status,
    request_id: job.id,
    ...requestUrls(job),
    ...(status === "IN_QUEUE" && { queue_position: positionIn(said) }),
    logs: logsFrom === undefined ? null : linesOf(said).slice(logsFrom),
    ...(status === "COMPLETED" && { metrics: isObject(said?.metrics) ? said.metrics : {}, ...errorOf(job) }),
  };
}

/** All log lines so far. */
export function linesOf(said: Said): readonly unknown[] {
  return Array.isArray(said?.logs) ? said.logs : [];
}

function statusOf(job: Job, said: Said): "IN_QUEUE" | "IN_PROGRESS" | "COMPLETED" {
  if (!isOpen(job)) return "COMPLETED";
  if (said?.status === "IN_PROGRESS" || said?.status === "COMPLETED") return "IN_PROGRESS";
  return job.status === "running" ? "IN_PROGRESS" : "IN_QUEUE";
}

function positionIn(said: Said): number {
  const { queue_position } = said ?? {};
  return typeof queue_position === "number" && Number.isSafeInteger(queue_position) ? queue_position : 0;
}

/** Failures of fal's machinery show in the status already; those of the model only in the result. */
function errorOf(job: Job) {
  const { error_type, detail } = falResult(job).body;
  return error_type === undefined ? {} : { error: detail, error_type };
}
