import type { Actor, Job, JobError, JobResult, ModelInput, Status, TimelineEntry } from "./job.ts";
import { iso } from "./write.ts";

/** The job as the API shows it: no token, no fingerprint, no table mechanics (rule P22). Absent fields are left out. */
export interface PublicJob {
  readonly id: string;
  readonly status: Status;
  readonly endpoint: string;
  readonly input: ModelInput;
  readonly request_id?: string | undefined;
  readonly metadata?: Readonly<Record<string, string>> | undefined;
  readonly callback_url?: string | undefined;
  readonly created_at: string;
  readonly deadline_at: string;
  readonly submitted_at?: string | undefined;
  readonly started_at?: string | undefined;
  readonly settled_at?: string | undefined;
  readonly expires_at?: string | undefined;
  readonly cancel_requested_at?: string | undefined;
  readonly settled_by?: Actor | undefined;
  readonly result?: JobResult | undefined;
  readonly late_result?: JobResult | undefined;
  readonly error?: JobError | undefined;
  readonly timeline: readonly TimelineEntry[];
  readonly retry_of?: string | undefined;
  readonly links: { readonly self: string };
}

/** The absolute URL of a job (rule A7). */
export function jobUrl(publicUrl: string, id: string): string {
  return `${publicUrl}/jobs/${id}`;
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
    links: { self: jobUrl(publicUrl, job.id) },
  };
}
