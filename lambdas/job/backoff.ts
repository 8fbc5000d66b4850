import {
  ARCHIVE_BACKOFF_BASE_MS,
  ARCHIVE_BACKOFF_MAX_MS,
  RETRY_AFTER_MAX_MS,
  SUBMIT_BACKOFF_BASE_MS,
  SUBMIT_BACKOFF_MAX_MS,
} from "./limits.ts";

/**
 * How long to wait before a job is submitted again, in milliseconds: capped exponential back-off with full jitter, and never
 * sooner than fal's own Retry-After (itself capped: rule P9).
 */
export function submitBackoffMs(attemptNumber: number, random: number, retryAfterMs = 0): number {
  const ceilingMs = Math.min(SUBMIT_BACKOFF_MAX_MS, SUBMIT_BACKOFF_BASE_MS * 2 ** (attemptNumber - 1));
  return Math.max(Math.round(random * ceilingMs), Math.min(retryAfterMs, RETRY_AFTER_MAX_MS));
}

/** How long to wait before a video is copied again, in milliseconds: capped exponential back-off with jitter over its later half. */
export function archiveBackoffMs(attemptNumber: number, random: number): number {
  const ceilingMs = Math.min(ARCHIVE_BACKOFF_MAX_MS, ARCHIVE_BACKOFF_BASE_MS * 2 ** (attemptNumber - 1));
  return Math.round(ceilingMs * (0.5 + random / 2));
}
