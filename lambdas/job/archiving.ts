import type { Job, JobResult, VideoFile } from "./job.ts";
import { move, type Of, withDue } from "./write.ts";

type ArchiveStep = Of<"archive_claimed" | "archive_failed" | "archived" | "archive_abandoned">;

/** Copying the video of a settled job. Whatever becomes of it, the job's state stays what it is. */
export function archive(job: Job, event: ArchiveStep): Job {
  if (job.archive_due === undefined) return job;
  switch (event.type) {
    case "archive_claimed":
      return withDue(job, { archive_due: event.lookAt }, { archive_attempts: (job.archive_attempts ?? 0) + 1 });
    case "archive_failed":
      return withDue(job, { archive_due: event.retryAt });
    case "archived":
      return move(job, event, "archived", kept(job, event.videoKey, event.file), endOfArchive(job, event));
    case "archive_abandoned":
      return move(job, event, "archive_abandoned", {}, endOfArchive(job, event));
  }
}

function kept(job: Job, video_key: string, file: VideoFile): Partial<Job> {
  const before = job.result ?? job.late_result;
  if (before === undefined) return {};
  const result: JobResult = { ...before, video: { ...before.video, ...file } };
  return { video_key, ...(job.result ? { result } : { late_result: result }) };
}

/** The callback has waited for this (rule P21); and once nothing is left to do, the look that would find that out is saved. */
function endOfArchive(job: Job, { at }: ArchiveStep) {
  const { deliver_due, delivery } = job;
  const isWaiting = deliver_due !== undefined && delivery === undefined;
  const isOver = deliver_due === undefined && job.fal_cancel !== "due";
  return {
    archive_due: undefined,
    deliver_due: isWaiting ? Math.min(deliver_due, at) : deliver_due,
    ...(isOver && { check_due: undefined }),
  };
}
