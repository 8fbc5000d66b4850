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
];
