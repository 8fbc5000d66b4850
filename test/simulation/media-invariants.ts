import { createHash } from "node:crypto";
import { videoUrl } from "../../lambdas/contract/public-job.ts";
import { type Job, type JobResult, type VideoFile, videoOf } from "../../lambdas/job/job.ts";
import {
  ARCHIVE_BACKOFF_MAX_MS,
  SWEEP_LEASE_MS,
  TIMELINE_MAX_ENTRIES,
  TIMELINE_RESERVED_ENTRIES,
  VIDEO_UNRECORDED_MAX,
} from "../../lambdas/limits.ts";
import { isOnCdn, videoBytes } from "./cdn.ts";
import { BrokenPromise, demand, PUBLIC_URL, type State } from "./demand.ts";
import { crashesReader, type FalRequestRecord } from "./fal-request.ts";
import type { Invocation } from "./scheduler.ts";

/** Whether the job's video was inline, so that its URL is ours. */
export function cameInline(job: Job): boolean {
  return videoOf(job)?.url === videoUrl(PUBLIC_URL, job.id);
}

/** Checks a job's video in every single write. */
export function checkVideoFields(before: Job | undefined, after: Job, archivesVideos: boolean): void {
  const hasVideo = videoOf(after) !== undefined;
  const { video_key, archive_due } = after;
  demand(archive_due === undefined || hasVideo, "P6: a missing video is due for a copy", after);
  demand(archive_due === undefined || video_key === undefined, "P6: an archived video is due for a copy again", after);
  demand(
    archive_due === undefined || archivesVideos,
    "a video is due for a copy although archiving is disabled",
    after,
  );
  demand(video_key === undefined || hasVideo, "a video is stored that the job does not show", after);
  demand(
    video_key === undefined || archivesVideos || cameInline(after),
    "a video was archived although archiving is disabled",
    after,
  );
  demand(!cameInline(after) || video_key !== undefined, "an inline video is not stored", after);
  demand(timesOf(after, "archived") <= 1, "a video was archived twice", after);
  if (before === undefined) return;
  demand(before.video_key === undefined || before.video_key === video_key, "an archived video was replaced", after);
  const isKeptNow = before.video_key === undefined && video_key !== undefined;
  for (const name of ["result", "late_result"] as const) {
    const [was, is] = [before[name], after[name]].map((result) => asTold(result, isKeptNow));
    demand(was === undefined || was === is, "a settled result changed", after);
  }
}

/** A result, with or without the metadata that is read from the video's bytes. */
function asTold(result: JobResult | undefined, withoutFacts: boolean): string | undefined {
  if (result === undefined) return undefined;
  const told = Object.entries(result.video).filter(([name]) => !withoutFacts || !FACTS.has(name));
  return JSON.stringify([told.sort(), result.extra]);
}

const FACTS = new Set<string>([
  "file_size",
  "sha256",
  "content_type",
  "duration_seconds",
  "width",
  "height",
  "codec",
] satisfies (keyof VideoFile)[]);

/**
 * The video that a job names is in the bucket, and it is from its own request, from the moment it is named until a
 * deletion starts.
 */
export function checkKeptVideos({ rows, requests, objects, clearedPrefixes }: State): void {
  for (const job of rows.values()) {
    if (job.video_key === undefined || clearedPrefixes.has(`videos/${job.id}/`)) continue;
    const { bytes, contentType } = objects.get(job.video_key) ?? {};
    if (bytes === undefined) throw new BrokenPromise(`the kept video of ${job.id} is not in the bucket`);
    demand(videoOf(job)?.content_type === contentType, "P31: the job's content type is not the kept video's", job);
    const own = [...requests.values()].filter((request) => isVideoOf(request, job));
    const isOwn = own.some(({ requestId }) => videoBytes(requestId).equals(bytes));
    demand(isOwn, "P13: the archived video is another request's", job);
  }
}

function isVideoOf({ jobId, requestId, outcome }: FalRequestRecord, job: Job): boolean {
  if (jobId !== job.id || outcome?.status !== 200) return false;
  return cameInline(job) || videoOf(job)?.url.endsWith(`/${requestId}.mp4`) === true;
}

export interface ArchiveCircumstances {
  readonly isCalm: boolean;
  readonly archivesVideos: boolean;
  /** Epoch milliseconds after which every copy succeeds. */
  readonly copiesWellFrom: number;
}

/** From here on a timeline only accepts final events (rule P4). */
const LOOKS_FILL = TIMELINE_MAX_ENTRIES - TIMELINE_RESERVED_ENTRIES;

/** A check, a claim and a copy, with late sweeps and a lagging index. */
const COPIED_WITHIN_MS = 6 * 60_000;

/** Checks a settled job's video at the end. */
export function checkArchiveEnd(job: Job, { objects }: State, now: number, world: ArchiveCircumstances): void {
  const video = videoOf(job);
  if (video === undefined) return;
  const isElsewhere = !cameInline(job) && !isOnCdn(video.url);
  const isAbandoned = timesOf(job, "archive_abandoned") > 0;
  const crashes = crashesReader(video.url);
  // Functions that are ended again and again for other reasons look the same (rule P27).
  const mayBeAbandoned = crashes || (!world.isCalm && (job.archive_attempts ?? 0) > 2 * VIDEO_UNRECORDED_MAX);
  demand(!isAbandoned || isElsewhere || mayBeAbandoned, "an available video was given up", job);
  if (job.video_key !== undefined) {
    const isTold = cameInline(job) || timesOf(job, "archived") === 1;
    demand(isTold || job.timeline.length >= LOOKS_FILL, "a video was archived without a timeline entry", job);
    const bytes = objects.get(job.video_key)?.bytes;
    const sha256 = bytes && createHash("sha256").update(bytes).digest("hex");
    demand(bytes === undefined || video.sha256 === sha256, "the digest is not the archived video's", job);
    demand(bytes === undefined || video.file_size === bytes.length, "the size is not the archived video's", job);
    return;
  }
  if (!world.archivesVideos || isAbandoned) return;
  const latest = now + ARCHIVE_BACKOFF_MAX_MS + SWEEP_LEASE_MS;
  demand(job.archive_due !== undefined && job.archive_due <= latest, "a video is forgotten", job);
  const knownAt = Math.max(...[job.settled_at, ...lateResultsOf(job)].map((at) => Date.parse(at ?? "")));
  const hadTime = Math.max(knownAt, world.copiesWellFrom) + COPIED_WITHIN_MS < now;
  demand(!world.isCalm || !hadTime || crashes, "a video that could be copied was not", job);
  const isGivenUpBy = knownAt + CRASHES_WITHIN_MS;
  demand(!world.isCalm || !crashes || now < isGivenUpBy, "P27: a video that crashes its readers is not given up", job);
}

/** Seven attempts, each with a lease, a late sweep and a lagging index. */
const CRASHES_WITHIN_MS = 7 * (SWEEP_LEASE_MS + 3 * 60_000);

function timesOf({ timeline }: Job, event: string): number {
  return timeline.filter((entry) => entry.event === event).length;
}

function lateResultsOf({ timeline }: Job): string[] {
  return timeline.filter(({ event }) => event === "late_result").map(({ at }) => at);
}

/**
 * The bucket contains no unreferenced object, except what an invocation could not remove because it died or a call
 * failed.
 */
export function checkLeftovers({ rows, tombstones, objects, uploads }: State): void {
  const buriedUploads = new Set([...tombstones.keys()].flatMap((id) => uploads.get(id) ?? []));
  for (const [key, { putBy }] of objects) {
    if (buriedUploads.has(key)) throw new BrokenPromise(`the image of a deleted job still exists: ${key}`);
    const jobId = /^videos\/([^/]+)\//.exec(key)?.[1];
    const isNamed = jobId === undefined || rows.get(jobId)?.video_key === key;
    if (!isNamed && !wasHindered(putBy)) throw new BrokenPromise(`P3: no job names the video ${key}`);
  }
}

function wasHindered(invocation: Invocation | undefined): boolean {
  return invocation !== undefined && (!invocation.alive || invocation.wasFailed === true);
}
