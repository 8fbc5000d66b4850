import type * as z from "zod/mini";
import { billedOf } from "../job/billed.ts";
import { iso } from "../job/deadlines.ts";
import {
  type Cost,
  type DeliveryEntry,
  isOpen,
  type Job,
  type JobError,
  type JobResult,
  type Video,
  videoOf,
} from "../job/job.ts";
import { waitOf } from "../job/waiting.ts";
import type { publicJobSchema } from "./public-schema.ts";

/**
 * The job as the API returns it: without the token, the fingerprint and other internal fields (rule P22). Absent fields
 * are left out.
 */
export type PublicJob = z.infer<typeof publicJobSchema>;

/** The absolute URL of a job (rule A7). */
export function jobUrl(publicUrl: string, id: string): string {
  return `${publicUrl}/jobs/${id}`;
}

/** The absolute URL of a job's video. */
export function videoUrl(publicUrl: string, id: string): string {
  return `${jobUrl(publicUrl, id)}/video`;
}

/** Whether a URL is of a job's video and ours, under any base URL that the API had. */
export function isVideoUrl(url: string, id: string): boolean {
  return url.endsWith(videoUrl("", id));
}

/** The input fields that have a fixed order. */
export const INPUT_FIELDS: readonly string[] = ["prompt", "image_url", "resolution", "aspect_ratio", "sync_mode"];

/**
 * The job as the API returns it, with live information from fal if it was requested. The table returns the names of an
 * object in any order. Here the names have the order of the public schema; names that the schema does not list are
 * sorted alphabetically.
 */
export function publicJob(
  job: Job,
  publicUrl: string,
  live: Pick<PublicJob, "queue_position" | "logs"> = {},
): PublicJob {
  return {
    id: job.id,
    status: job.status,
    endpoint: job.endpoint,
    input: inOrder(job.input, INPUT_FIELDS),
    metadata: job.metadata && sorted(job.metadata),
    callback_url: job.callback_url,
    callback_format: job.callback_format,
    callback_when: job.callback_when,
    retry_of: job.retry_of,
    traceparent: job.traceparent,
    result: job.result && publicResult(job.result, publicUrl, job.id),
    late_result: job.late_result && publicResult(job.late_result, publicUrl, job.id),
    error: job.error && publicError(job.error),
    waiting_for: waitOf(job),
    overdue: isOpen(job) ? job.overdue : undefined,
    cost: job.cost && publicCost(job.cost),
    billed: billedOf(job),
    created_at: job.created_at,
    deadline_at: iso(job.deadline_at),
    submitted_at: job.submitted_at,
    started_at: job.started_at,
    cancel_requested_at: job.cancel_requested_at,
    settled_at: job.settled_at,
    settled_by: job.settled_by,
    expires_at: job.expires_at === undefined ? undefined : iso(job.expires_at * 1000),
    request_id: job.request_id,
    queue_position: live.queue_position,
    logs: live.logs,
    timeline: job.timeline.map(({ at, event, by }) => ({ at, event, by })),
    deliveries: job.deliveries?.map(publicDelivery),
    links: {
      self: jobUrl(publicUrl, job.id),
      video: videoOf(job) === undefined ? undefined : videoUrl(publicUrl, job.id),
    },
  };
}

/** The URL of a video that only we store starts with the base URL of today, not with that of when it was stored. */
function publicResult({ video, extra, endpoint }: JobResult, publicUrl: string, id: string) {
  const url = isVideoUrl(video.url, id) ? videoUrl(publicUrl, id) : video.url;
  return { video: publicVideo({ ...video, url }), extra: extra && inOrder(extra), endpoint };
}

function publicVideo(video: Video) {
  const { url, content_type, file_name, file_size, sha256, duration_seconds, width, height, codec } = video;
  return { url, content_type, file_name, file_size, sha256, duration_seconds, width, height, codec };
}

function publicError({ code, message, retryable, fal_status, error_type, detail }: JobError) {
  return { code, message, retryable, fal_status, error_type, detail: valueInOrder(detail) };
}

function publicCost({ estimated_usd, billable_units, actual_usd }: Cost) {
  return { estimated_usd, billable_units, actual_usd };
}

function publicDelivery({ attempt, at, status, latency_ms, error }: DeliveryEntry) {
  return { attempt, at, status, latency_ms, error };
}

/** The object and its nested objects, with some names first and the others in alphabetical order. */
function inOrder(object: object, first: readonly string[] = []): Record<string, unknown> {
  const entries: [string, unknown][] = Object.entries(object);
  return sorted(Object.fromEntries(entries.map(([name, value]) => [name, valueInOrder(value)])), first);
}

function valueInOrder(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(valueInOrder);
  return typeof value === "object" && value !== null ? inOrder(value) : value;
}

function sorted<V>(object: Readonly<Record<string, V>>, first: readonly string[] = []): Record<string, V> {
  const rank = (name: string) => (first.includes(name) ? first.indexOf(name) : first.length);
  return Object.fromEntries(
    Object.entries(object).sort(([one], [other]) => rank(one) - rank(other) || (one < other ? -1 : 1)),
  );
}
