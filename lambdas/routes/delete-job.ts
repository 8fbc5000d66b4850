import { videoPrefix } from "../archive/store-video.ts";
import type { Bucket } from "../aws/bucket.ts";
import { jobUrl } from "../contract/public-job.ts";
import { usageFacts } from "../contract/usage.ts";
import { askFalToCancel } from "../fal/ask-to-cancel.ts";
import type { Deletion } from "../fal/client.ts";
import type { FalConnection } from "../fal/prepare.ts";
import type { Route } from "../http/api.ts";
import { ownedJob } from "../http/owned-job.ts";
import { Problem } from "../http/problem.ts";
import { iso } from "../job/deadlines.ts";
import { isOpen, type Job } from "../job/job.ts";
import { POLL_AFTER_SECONDS, WRITE_CONFLICT_MAX_TRIES } from "../limits.ts";
import { logInfo } from "../log.ts";
import type { JobTable } from "../table/job-table.ts";

export interface Deleter {
  readonly table: JobTable;
  readonly bucket: () => Promise<Bucket>;
  readonly connectFal: () => Promise<FalConnection>;
  readonly owners: ReadonlyMap<string, string>;
  readonly publicUrl: string;
  /** Epoch milliseconds. */
  readonly now: () => number;
}

/**
 * `DELETE /jobs/{id}`: deletes the job's video, its image and then its row. A tombstone without content stays until the
 * job would have expired, so that a late repeat of the request renders nothing (rule P16). fal is asked to delete its
 * copy too, which only admin keys may do. The row is deleted last, so that a failed deletion can be repeated. Throws
 * `job_open`, `storage_unavailable` and `fal_unavailable`.
 */
export function deleteJob(service: Deleter): Route {
  return async (request) => {
    let job: Job | undefined = await ownedJob(service, request);
    if (isOpen(job)) throw stillOpen(service, job);
    const fal_payloads = await leaveFal(service, job);
    for (let tries = 0; tries < WRITE_CONFLICT_MAX_TRIES && job !== undefined; tries++) {
      if (isOpen(job) || job.expires_at === undefined) throw stillOpen(service, job);
      const media = await removeMedia(service, job).catch(notRemoved);
      const { id, expires_at, owner, created_at_id } = job;
      const kept = { owner, created_at_id, usage: usageFacts(job) };
      const tombstone = { id, deleted_at: iso(service.now()), expires_at, ...kept };
      const written = await service.table.putTombstone(job, tombstone);
      if (written.outcome === "written" || written.current === undefined) {
        logInfo("job deleted", { job_id: job.id, objects: media, request_id: job.request_id, fal_payloads });
        return { status: 204 };
      }
      job = written.current;
    }
    throw new Error(`The job changed ${WRITE_CONFLICT_MAX_TRIES} times in a row while it was being deleted.`);
  };
}

function notRemoved(cause: unknown): never {
  const headers = { "retry-after": String(POLL_AFTER_SECONDS) };
  throw new Problem("storage_unavailable", "The job's files could not be deleted. Try again.", {
    headers,
    cause,
  });
}

/**
 * Deletes the objects and returns how many there were. An archiver that is still at work deletes its own copy when it
 * finds no row (rule P3).
 */
async function removeMedia(service: Deleter, job: Job): Promise<number> {
  const bucket = await service.bucket();
  const videos = await bucket.removeAll(videoPrefix(job.id));
  const uploads = job.upload_keys ?? [];
  await Promise.all(uploads.map((key) => bucket.remove(key)));
  return videos + uploads.length;
}

/**
 * Stops a request that may still run at fal, because nothing could stop it later (rule P14). Then asks fal to delete
 * its data.
 */
async function leaveFal(service: Deleter, job: Job): Promise<Deletion | "none"> {
  const prepared = await service.connectFal();
  const { fal, access } = prepared;
  if (job.request_id === undefined) return "none";
  const mustStop = job.fal_cancel === "due" && job.status !== "succeeded";
  if (mustStop && (await askFalToCancel(prepared, job)) === undefined) {
    const headers = { "retry-after": String(POLL_AFTER_SECONDS) };
    throw new Problem(
      "fal_unavailable",
      "fal must stop the request before the job can be deleted, but fal does not respond. Try again.",
      {
        headers,
      },
    );
  }
  return access === undefined ? "none" : fal.deletePayloadsAtFal(access, job.request_id);
}

function stillOpen(service: Deleter, job: Job): Problem {
  const instance = jobUrl(service.publicUrl, job.id);
  return new Problem(
    "job_open",
    `Only a settled job can be deleted. The status of this job is ${job.status}. Cancel it first.`,
    { instance },
  );
}
