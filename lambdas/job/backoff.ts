import {
  ARCHIVE_BACKOFF_BASE_MS,
  ARCHIVE_BACKOFF_MAX_MS,
  CALLBACK_DELAYS_MS,
  CALLBACK_JITTER,
  RETRY_AFTER_MAX_MS,
  SUBMIT_BACKOFF_BASE_MS,
  SUBMIT_BACKOFF_MAX_MS,
} from "../limits.ts";

/**
 * How long to wait before a job is submitted again, in milliseconds: capped exponential back-off with full jitter, and
 * never sooner than fal's own Retry-After (itself capped: rule P9).
 */
export function submitBackoffMs(attemptNumber: number, random: number, retryAfterMs = 0): number {
  const ceilingMs = Math.min(SUBMIT_BACKOFF_MAX_MS, SUBMIT_BACKOFF_BASE_MS * 2 ** (attemptNumber - 1));
  return Math.max(Math.round(random * ceilingMs), Math.min(retryAfterMs, RETRY_AFTER_MAX_MS));
}

/**
 * How long to wait before a video is copied again, in milliseconds: capped exponential back-off; the second half is
 * jittered.
 */
export function archiveBackoffMs(attemptNumber: number, random: number): number {
  const ceilingMs = Math.min(ARCHIVE_BACKOFF_MAX_MS, ARCHIVE_BACKOFF_BASE_MS * 2 ** (attemptNumber - 1));
  return Math.round(ceilingMs * (0.5 + random / 2));
}

/**
 * Shortest wait before a callback is sent again, in milliseconds: the attempt's delay plus jitter, or the receiver's
 * `Retry-After` if longer.
 */
export function callbackDelayMs(attemptNumber: number, random: number, retryAfterMs: number): number {
  const delayMs = CALLBACK_DELAYS_MS[Math.max(0, attemptNumber - 1)] ?? CALLBACK_DELAYS_MS[0];
  return Math.max(Math.round(delayMs * (1 + random * CALLBACK_JITTER)), Math.min(retryAfterMs, RETRY_AFTER_MAX_MS));
}
