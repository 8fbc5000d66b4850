/** Seconds that a browser may remember a preflight; Chromium keeps none longer. */
export const corsMaxAgeSeconds = 7_200;

/** `*` covers every header but Authorization; the rest is named for clients that take `*` literally. */
export const corsAllowHeaders = [
  "*",
  "Authorization",
  "Content-Type",
  "X-Api-Key",
  "Idempotency-Key",
  "Prefer",
  "If-None-Match",
  "Last-Event-ID",
  // What fal's own client sends to the proxy.
  "X-Fal-Target-Url",
  "X-Fal-Queue-Priority",
  "X-Fal-Request-Timeout",
  "X-Fal-Runner-Hint",
  "X-Fal-Object-Lifecycle",
  "X-Fal-Object-Lifecycle-Preference",
];

/** What a page may read of an answer, named as well for clients that take `*` literally. */
export const corsExposeHeaders = [
  "*",
  "Location",
  "Retry-After",
  "ETag",
  "Allow",
  "Idempotency-Replayed",
  "Preference-Applied",
  // What fal's own client, or code written for it, reads of the proxy's answers.
  "X-Fal-Request-Id",
  "X-Fal-Error-Type",
  "X-Fal-Request-Timeout-Type",
  "X-Fal-Billable-Units",
];
