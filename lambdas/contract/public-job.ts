import type * as z from "zod/mini";
import { iso } from "../job/deadlines.ts";
import { type Job, videoOf } from "../job/job.ts";
import type { publicJobSchema } from "./public-schema.ts";

/** The job as the API shows it: no token, no fingerprint, no table mechanics (rule P22). Absent fields are left out. */
export type PublicJob = z.infer<typeof publicJobSchema>;

/** The absolute URL of a job (rule A7). */
export function jobUrl(publicUrl: string, id: string): string {
  return `${publicUrl}/jobs/${id}`;
}

/** The absolute URL that leads to a job's video. */
export function videoUrl(publicUrl: string, id: string): string {
  return `${jobUrl(publicUrl, id)}/video`;
}

export function publicJob(job: Job, publicUrl: string): PublicJob {
  return {
    id: job.id,
    status: job.status,
    endpoint: job.endpoint,
    input: job.input,
    metadata: job.metadata,
    callback_url: job.callback_url,
    callback_format: job.callback_format,
    retry_of: job.retry_of,
    result: job.result,
    late_result: job.late_result,
    error: job.error,
    cost: job.cost,
    created_at: job.created_at,
    deadline_at: iso(job.deadline_at),
    submitted_at: job.submitted_at,
    started_at: job.started_at,
    cancel_requested_at: job.cancel_requested_at,
    settled_at: job.settled_at,
    settled_by: job.settled_by,
    expires_at: job.expires_at === undefined ? undefined : iso(job.expires_at * 1000),
    request_id: job.request_id,
    timeline: job.timeline,
    deliveries: job.deliveries,
    links: {
      self: jobUrl(publicUrl, job.id),
      video: videoOf(job) === undefined ? undefined : videoUrl(publicUrl, job.id),
    },
  };
}
