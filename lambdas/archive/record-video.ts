import type { Bucket } from "../aws/bucket.ts";
import type { UnstampedEvent } from "../job/event.ts";
import type { Actor, Job } from "../job/job.ts";
import { logError } from "../log.ts";
import type { JobTable } from "../table/job-table.ts";
import type { Jobs } from "../table/jobs.ts";

/** What it takes to put a video with us and have its job name it. */
export interface VideoRecorder {
  readonly table: Pick<JobTable, "read">;
  readonly jobs: Jobs;
  /** Opened late: most invocations need no bucket. */
  readonly bucket: () => Promise<Bucket>;
}

/**
 * Records an event that names a video which lies in the bucket already. An object that its job does not come to name is removed, so that
 * nothing outlives a deleted job (rule P3); but never while the write may still take effect.
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

/** What cannot be removed now is removed by the bucket's own rules. */
async function remove(service: VideoRecorder, videoKey: string): Promise<void> {
  try {
    await (await service.bucket()).remove(videoKey);
  } catch (error) {
    logError("an orphaned video could not be deleted", error, { key: videoKey });
  }
}
