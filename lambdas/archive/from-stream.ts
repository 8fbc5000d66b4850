import type { Job } from "../job/job.ts";
import { streamReader } from "../table/stream.ts";
import { type Archiver, archiveVideo } from "./archive-video.ts";

/** Begins the copy of each video as soon as its job has settled (rule A12). Only the first attempt is the stream's: what fails, or is never seen here, is the sweep's. */
export function archiveFromStream(service: Archiver) {
  const archive = async (job: Job) => {
    if (job.archive_due !== undefined && job.archive_attempts === undefined)
      await archiveVideo(service, job, "archive");
  };
  return streamReader(service, archive, "a video could not be archived");
}
