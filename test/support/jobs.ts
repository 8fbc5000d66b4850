import type { Offer } from "../../lambdas/contract/site.ts";
import type { JobEvent, Policy } from "../../lambdas/job/event.ts";
import type { Job, JobError } from "../../lambdas/job/job.ts";
import { newJob } from "../../lambdas/job/new-job.ts";
import { transition } from "../../lambdas/job/transition.ts";

/** The fixed start time of every lifecycle test. */
export const BIRTH_MS = Date.parse("2026-11-22T12:00:00.000Z");

export const policy: Policy = {
  firstCheckMs: 60_000,
  submissionWindowMs: 2_700_000,
  retentionMs: 30 * 86_400_000,
  archivesVideos: true,
};

export const ENDPOINT = "decart/lucy-14b/image-to-video";

/** As deployed: loopback callbacks are not permitted. */
export const site: Offer = {
  publicUrl: "https://api.example.com/prod",
  allowsLoopbackCallbacks: false,
  endpoints: [ENDPOINT, "decart/lucy-i2v", "acme/any/image-to-video"],
};

/** Default: fal stores payloads, and media without a set lifetime. */
export const routing = { noRetry: false, disablesFallbacks: false } as const;
export const privacy = { storesPayloads: true, mediaLifetimeSeconds: undefined } as const;

export const jobError: JobError = { code: "generation_failed", message: "The model failed.", retryable: true };

export const jobResult = { video: { url: "https://v3.fal.media/files/b/clip.mp4", content_type: "video/mp4" } };

/** A job as `POST /jobs` first writes it. With `attempt: false`, the sweep sends it. */
export function birth(options: { readonly attempt?: boolean; readonly id?: string } = {}): Job {
  const row = newJob(
    {
      id: options.id ?? "0193500000007000800000000000abcd",
      owner: "owner-1",
      at: BIRTH_MS,
      fingerprint: "1:print",
      tokenHash: "hash",
      attemptDigest: options.attempt === false ? undefined : "digest",
      firstCheckMs: policy.firstCheckMs,
      cost: { estimated_usd: 0.4 },
    },
    {
      endpoint: ENDPOINT,
      input: {
        prompt: "a lighthouse",
        image_url: "https://example.com/a.jpg",
        resolution: "720p",
        aspect_ratio: "16:9",
        sync_mode: false,
      },
      deadline_seconds: 7200,
    },
  );
  return { ...row, write_id: "write-0" };
}

/** The job after these events. */
export function become(job: Job, ...events: readonly JobEvent[]): Job {
  return events.reduce((current, event) => transition(current, event, policy), job);
}
