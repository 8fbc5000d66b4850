import { type Job, type JobResult, type VideoFile, videoOf } from "./job.ts";
import { isCheckLeft } from "./late-result.ts";
import { move, type Of, withDue } from "./write.ts";

type ArchiveStep = Of<"archive_claimed" | "archive_failed" | "archived" | "archive_abandoned" | "archive_requested">;

/** Copies a settled job's video. The outcome never changes the job's status. */
export function archive(job: Job, event: ArchiveStep): Job {
  if (event.type === "archive_requested") return requestArchive(job, event);
  if (job.archive_due === undefined) return job;
  switch (event.type) {
    case "archive_claimed":
      return withDue(
        job,
        { archive_due: event.lookAt },
        {
          archive_attempts: (job.archive_attempts ?? 0) + 1,
          archive_unrecorded: (job.archive_unrecorded ?? 0) + 1,
        },
      );
    case "archive_failed":
      if (event.lease !== job.archive_due) return job;
      return withDue(job, { archive_due: event.retryAt }, { archive_unrecorded: undefined });
    case "archived":
      return move(job, event, "archived", archivedVideo(job, event.videoKey, event.file), endOfArchive(job, event));
    case "archive_abandoned":
      return move(job, event, "archive_abandoned", { archive_unrecorded: undefined }, endOfArchive(job, event));
  }
}

/** A video that is not kept, and whose copy is not due anyway, is due to be copied now. */
function requestArchive(job: Job, event: Of<"archive_requested">): Job {
  if (videoOf(job) === undefined || job.video_key !== undefined || job.archive_due !== undefined) return job;
  const afresh = { archive_attempts: undefined, archive_unrecorded: undefined };
  return move(job, event, "archive_requested", afresh, { archive_due: event.at });
}

/** Counts the attempts to store an inline video that record nothing (rule P27). */
export function countInline(job: Job, event: Of<"inline_claimed" | "inline_failed">): Job {
  if (videoOf(job) !== undefined) return job;
  const inline_unrecorded = event.type === "inline_claimed" ? (job.inline_unrecorded ?? 0) + 1 : undefined;
  return inline_unrecorded === job.inline_unrecorded ? job : { ...job, inline_unrecorded };
}

function archivedVideo(job: Job, video_key: string, file: VideoFile): Partial<Job> {
  const before = job.result ?? job.late_result;
  if (before === undefined) return { archive_unrecorded: undefined };
  const result: JobResult = { ...before, video: { ...before.video, ...file } };
  return { video_key, archive_unrecorded: undefined, ...(job.result ? { result } : { late_result: result }) };
}

/** The callback was waiting for this (rule P21). If nothing else is left to do, the final check is skipped. */
function endOfArchive(job: Job, { at }: ArchiveStep) {
  const { deliver_due, delivery } = job;
  const isWaiting = deliver_due !== undefined && delivery === undefined;
  const isOver = deliver_due === undefined && !isCheckLeft(job, at);
  return {
    archive_due: undefined,
    deliver_due: isWaiting ? Math.min(deliver_due, at) : deliver_due,
    ...(isOver && { check_due: undefined }),
  };
}
