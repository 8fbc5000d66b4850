import type { Archiver } from "../../lambdas/archive/archive-video.ts";
import { NotFalMedia } from "../../lambdas/fal/media.ts";
import { tinyFilm } from "../support/mp4.ts";
import { crashesReader } from "./fal-request.ts";
import type { Random } from "./random.ts";
import type { Invocation, Scheduler } from "./scheduler.ts";

const HTML_PAGE = Buffer.from("<!doctype html><title>Please wait</title>");
const CDN_URL = "https://v3.fal.media/files/";

/** The faults of the simulated CDN. */
export interface CdnFaults {
  /** A download that fails, at once or in the middle, as a probability. */
  readonly fails: number;
  /** A download that succeeds and brings something else than the whole video, as a probability. */
  readonly spoils: number;
  /** From then on, in milliseconds after the start, there are no faults. */
  readonly wellAfterMs: number;
}

/** fal's CDN in memory. `onOverlap` is called when two invocations read the same video at once. */
export function createCdn(scheduler: Scheduler, random: Random, faults: CdnFaults, onOverlap: (url: string) => void) {
  const begun = scheduler.now();
  const readers = new Map<string, Invocation>();

  function mayFail(): void {
    if (scheduler.now() < begun + faults.wellAfterMs && random.chance(faults.fails))
      throw new Error("simulated trouble of fal's CDN");
  }

  /** The video, or what a CDN sends in its place: a page, or a part of it as if that were all (rule P31). */
  function bodyOf(url: string): Buffer {
    const video = videoBytes(url.slice(CDN_URL.length, -".mp4".length));
    if (scheduler.now() >= begun + faults.wellAfterMs || !random.chance(faults.spoils)) return video;
    return random.chance(0.5) ? HTML_PAGE : video.subarray(0, random.between(0, video.length - 1));
  }

  async function* read(invocation: Invocation, url: string) {
    if (!isOnCdn(url)) throw new NotFalMedia("The video's URL is not on fal's media hosts.");
    if (readers.get(url)?.alive) onOverlap(url);
    readers.set(url, invocation);
    try {
      await scheduler.pause(invocation, 10, 2_000);
      mayFail();
      if (crashesReader(url)) await scheduler.crash(invocation);
      const bytes = bodyOf(url);
      yield bytes.subarray(0, 8);
      await scheduler.pause(invocation, 10, 8_000);
      mayFail();
      yield bytes.subarray(8);
    } finally {
      readers.delete(url);
    }
  }
  return {
    fetchVideo:
      (invocation: Invocation): Archiver["fetchVideo"] =>
      (url) =>
        read(invocation, url),
  };
}

export function isOnCdn(url: string): boolean {
  return url.startsWith(CDN_URL);
}

/** The URL of a request's video. */
export function cdnUrl(requestId: string): string {
  return `${CDN_URL}${requestId}.mp4`;
}

/** The video of a request. It contains the request's id, so that it cannot be confused with another. */
export function videoBytes(requestId: string): Buffer {
  return tinyFilm(`the video of ${requestId}`);
}
