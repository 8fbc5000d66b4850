import type { Job } from "../job/job.ts";
import { COPIES_PER_WORKER } from "../limits.ts";
import { type HandedOverWorker, handedOverWorker } from "../table/handed-over.ts";
import { type Archiver, archiveVideo } from "./archive-video.ts";

interface Worker extends Archiver, HandedOverWorker {
  readonly table: HandedOverWorker["table"];
}

/** Copies the videos of jobs that were handed over. */
export function archiveHandedOver(service: Worker) {
  const work = () => async (job: Job) => {
    if (job.archive_due === undefined || (!isFirst(job) && job.archive_due > service.now())) return true;
    return archiveVideo(service, job);
  };
  return handedOverWorker(service, { kind: "copies", atOnce: COPIES_PER_WORKER, work, isFirst });
}

function isFirst({ archive_attempts }: Job): boolean {
  return archive_attempts === undefined;
}
