import type { Bucket } from "../aws/bucket.ts";
import type { UnstampedEvent } from "../job/event.ts";
import type { Actor, Job } from "../job/job.ts";
import { logError } from "../log.ts";
import type { JobTable } from "../table/job-table.ts";
import type { Jobs } from "../table/jobs.ts";

/** The collaborators that store a video in our bucket and record its key in the job. */
export interface VideoRecorder {
  readonly table: Pick<JobTable, "read">;
  readonly jobs: Jobs;
  /** Opened on first use, because most invocations need no bucket. */
  readonly bucket: () => Promise<Bucket>;
}

/**
 * Records an event that names a video in the bucket. If the job does not name the object afterwards, the object is
 * removed, so that nothing outlives a deleted job (rule P3). It is never removed while the write may still take effect.
 */
export async function recordVideo(
  service: VideoRecorder,
  job: Job,
  by: Actor,
  videoKey: string,
  event: UnstampedEvent,
): Promise<Job | undefined> {
  let stored: Job | undefined;
  try {
    stored = await service.jobs.advance(job, by, event);
  } catch (error) {
    if ((await service.table.read(job.id)) === undefined) await remove(service, videoKey);
    throw error;
  }
  if (stored?.video_key !== videoKey) await remove(service, videoKey);
  return stored;
}

/** If the removal fails, the bucket's lifecycle rules remove the object later. */
async function remove(service: VideoRecorder, videoKey: string): Promise<void> {
  try {
    await (await service.bucket()).remove(videoKey);
  } catch (error) {
    logError("an orphaned video could not be deleted", error, { key: videoKey });
  }
}
