import type { Job } from "../job/job.ts";
import { streamReader } from "../table/stream.ts";
import { type Archiver, archiveVideo } from "./archive-video.ts";

/**
 * Starts to copy each video as soon as its job has settled (rule A12). The stream makes only the first attempt; the
 * sweep retries failed copies and makes those that the stream missed.
 */
export function archiveFromStream(service: Archiver) {
  const archive = async (job: Job) => {
    if (job.archive_due !== undefined && job.archive_attempts === undefined)
      await archiveVideo(service, job, "archive");
  };
  return streamReader(service, archive, "a video could not be archived");
}
