import { Duration } from "aws-cdk-lib";

/** Seconds that a browser may cache a preflight; Chromium's maximum. */
export const corsMaxAgeSeconds = 7_200;

/** `*` covers every header but Authorization. The others are listed for clients that treat `*` as a literal name. */
const corsAllowHeaders = [
  "*",
  "Authorization",
  "Content-Type",
  "X-Api-Key",
  "Idempotency-Key",
  "Prefer",
  "If-None-Match",
  "Last-Event-ID",
  // Headers that fal's own client sends to the proxy.
  "X-Fal-Target-Url",
  "X-Fal-Queue-Priority",
  "X-Fal-Request-Timeout",
  "X-Fal-Runner-Hint",
  "X-Fal-No-Retry",
  "X-Fal-Disable-Fallbacks",
  "X-App-Fal-Disable-Fallback",
  "X-Fal-Object-Lifecycle",
  "X-Fal-Object-Lifecycle-Preference",
];

/** The headers of an answer that a page may read, also listed for clients that treat `*` as a literal name. */
export const corsExposeHeaders = [
  "*",
  "Location",
  "Retry-After",
  "ETag",
  "Allow",
  "Idempotency-Replayed",
  "Preference-Applied",
  // Headers of the proxy's answers that fal's own client, or code written for it, reads.
  "X-Fal-Request-Id",
  "X-Fal-Error-Type",
  "X-Fal-Request-Timeout-Type",
  "X-Fal-Billable-Units",
];

/** What every preflight says, apart from the methods of its path. */
export const corsPreflight = {
  allowOrigins: ["*"],
  allowHeaders: corsAllowHeaders,
  exposeHeaders: corsExposeHeaders,
  maxAge: Duration.seconds(corsMaxAgeSeconds),
};
