import { type BucketAccess, presign } from "../aws/presign.ts";
import { jobUrl } from "../contract/public-job.ts";
import { isFalMedia } from "../fal/url.ts";
import type { Route } from "../http/api.ts";
import { ownedJob } from "../http/owned-job.ts";
import { Problem } from "../http/problem.ts";
import { switches } from "../http/request.ts";
import { iso } from "../job/deadlines.ts";
import { type Job, videoOf } from "../job/job.ts";
import { PRESIGNED_URL_SECONDS } from "../limits.ts";
import type { Reader } from "./read-job.ts";

export interface VideoReader extends Reader {
  readonly bucket: BucketAccess;
  /** The origin that replaces fal's hosts, if any. */
  readonly falEndpointUrl: string | undefined;
  /** Epoch milliseconds. */
  readonly now: () => number;
}

/**
 * `GET /jobs/{id}/video`: redirects to the archived copy with a new presigned URL, or to fal's URL while there is no
 * copy. It never redirects to a host that is not fal's, because a model's output decides it. `?redirect=0` returns the URL instead, because clients send their API key along with a redirect (rule A16).
 * `?download=1` gives the copy a file name. Throws `no_video` if there is none.
 */
export function readVideo(service: VideoReader): Route {
  return async (request) => {
    const { redirect = true, download = false } = switches(request, "redirect", "download");
    const job = await ownedJob(service, request);
    const video = videoOf(job);
    if (video === undefined) {
      const instance = jobUrl(service.publicUrl, job.id);
      throw new Problem("no_video", `The job has no video. Its status is ${job.status}.`, { instance });
    }
    const now = service.now();
    const isKept = job.video_key !== undefined;
    if (redirect && !isKept && !isFalMedia(video.url, service.falEndpointUrl)) {
      const message =
        "The model's video is on a host that is not fal's. Its URL is in the job's result, and in ?redirect=0.";
      throw new Problem("no_video", message, { instance: jobUrl(service.publicUrl, job.id) });
    }
    const url = isKept
      ? await presign(service.bucket, {
          method: "GET",
          key: job.video_key,
          ...(download && { query: { "response-content-disposition": `attachment; filename="${fileName(job)}"` } }),
          expiresInSeconds: PRESIGNED_URL_SECONDS,
        })
      : video.url;
    if (redirect) return { status: 302, headers: { location: url } };
    return { status: 200, body: { url, ...(isKept && { expires_at: iso(now + PRESIGNED_URL_SECONDS * 1000) }) } };
  };
}

/** The job's id with the extension of its copy's key. */
function fileName({ id, video_key = "" }: Job): string {
  return `${id}${video_key.slice(video_key.lastIndexOf("."))}`;
}
