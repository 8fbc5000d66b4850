import { type Job, videoOf } from "./job.ts";
import { iso } from "./write.ts";

type SameInBoth =
  | "id"
  | "status"
  | "endpoint"
  | "input"
  | "request_id"
  | "metadata"
  | "callback_url"
  | "created_at"
  | "submitted_at"
  | "started_at"
  | "settled_at"
  | "cancel_requested_at"
  | "settled_by"
  | "result"
  | "late_result"
  | "error"
  | "timeline"
  | "retry_of";

/** The job as the API shows it: no token, no fingerprint, no table mechanics (rule P22). Absent fields are left out. */
export interface PublicJob extends Pick<Job, SameInBoth> {
  /** ISO 8601, UTC, like all times. */
  readonly deadline_at: string;
  readonly expires_at?: string | undefined;
  readonly links: {
    readonly self: string;
    /** Where the video is to be had for as long as the job is kept. */
    readonly video?: string | undefined;
  };
}

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
    request_id: job.request_id,
    metadata: job.metadata,
    callback_url: job.callback_url,
    created_at: job.created_at,
    deadline_at: iso(job.deadline_at),
    submitted_at: job.submitted_at,
    started_at: job.started_at,
    settled_at: job.settled_at,
    expires_at: job.expires_at === undefined ? undefined : iso(job.expires_at * 1000),
    cancel_requested_at: job.cancel_requested_at,
    settled_by: job.settled_by,
    result: job.result,
    late_result: job.late_result,
    error: job.error,
    timeline: job.timeline,
    retry_of: job.retry_of,
    links: {
      self: jobUrl(publicUrl, job.id),
      video: videoOf(job) === undefined ? undefined : videoUrl(publicUrl, job.id),
    },
  };
}
