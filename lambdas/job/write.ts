import { CALLBACK_WAITS_FOR_ARCHIVE_MS, SETTLED_LOOK_MS } from "../limits.ts";
import { iso } from "./deadlines.ts";
import { earliestDue, shardOf } from "./due.ts";
import type { JobEvent, Policy } from "./event.ts";
import type { DueFacts, Job, TerminalStatus, TimelineEvent } from "./job.ts";
import { appendToTimeline } from "./timeline.ts";

/** Events of these types. */
export type Of<T extends JobEvent["type"]> = Extract<JobEvent, { type: T }>;

/** The job with a change, a timeline entry and new due times. */
export function move(job: Job, event: JobEvent, name: TimelineEvent, change: Partial<Job>, due: DueFacts = {}): Job {
  const timeline = appendToTimeline(job.timeline, { at: iso(event.at), event: name, by: event.by });
  return withDue(job, due, { ...change, timeline });
}

/** The job with new due times. `due_at` is always their minimum (rule P6). */
export function withDue(job: Job, due: DueFacts, change: Partial<Job> = {}): Job {
  const next = { ...job, ...change, ...due };
  return { ...next, due_at: earliestDue(next) };
}

/** The settled job. It stays due for one more check, which decides what is left to do (rule P6). */
export function settle(job: Job, event: JobEvent, status: TerminalStatus, outcome: Partial<Job>, policy: Policy): Job {
  const requestId = "requestId" in event ? event.requestId : undefined;
  return move(
    job,
    event,
    status,
    {
      ...outcome,
      request_id: settledRequestId(job, requestId),
      checks_unrecorded: undefined,
      inline_unrecorded: undefined,
      ...settlement(job.id, event, status, policy),
    },
    { submit_due: undefined, check_due: event.at + SETTLED_LOOK_MS, ...followUp(event, outcome, policy) },
  );
}

/**
 * What follows a settlement: the video is copied now, and the caller is notified after that, at most a minute later
 * (rule P21).
 */
export function followUp(event: Pick<JobEvent, "at">, outcome: Partial<Job>, policy: Policy): DueFacts {
  const { archive_due } = archiving(event, outcome, policy);
  const deliver_due = archive_due === undefined ? event.at : event.at + CALLBACK_WAITS_FOR_ARCHIVE_MS;
  return { archive_due, deliver_due };
}

/** A video that is not in our bucket yet is due to be copied now, if videos are archived. */
export function archiving(
  { at }: Pick<JobEvent, "at">,
  { result, video_key }: Partial<Job>,
  policy: Policy,
): Pick<DueFacts, "archive_due"> {
  return policy.archivesVideos && result !== undefined && video_key === undefined ? { archive_due: at } : {};
}

/** The request id of whoever settles the job outranks an adopted id (rule P15). */
function settledRequestId(job: Job, reported: string | undefined): string | undefined {
  return job.adopted ? (reported ?? job.request_id) : (job.request_id ?? reported);
}

/** The fields that every settlement writes. Shared with the webhook's blind write. */
export function settlement(
  id: string,
  { at, by }: Pick<JobEvent, "at" | "by">,
  status: TerminalStatus,
  policy: Policy,
) {
  return {
    status,
    settled_at: iso(at),
    settled_by: by,
    expires_at: Math.ceil((at + policy.retentionMs) / 1000),
    shard: shardOf(id, "settled"),
  } as const satisfies Partial<Job>;
}
