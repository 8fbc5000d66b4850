import type { Policy } from "../lambdas/job/event.ts";

const secondMs = 1000;
const dayMs = 86_400 * secondMs;

/** The settings that the lifecycle depends on, from the variables of a function that changes jobs. */
export function policyOf(variables: Readonly<Record<string, string>>): Policy {
  return {
    firstCheckMs: Number(variables.FIRST_CHECK_SECONDS) * secondMs,
    submissionWindowMs: Number(variables.SUBMISSION_WINDOW_SECONDS) * secondMs,
    retentionMs: Number(variables.RETENTION_DAYS) * dayMs,
    archivesVideos: variables.ARCHIVE_VIDEOS === "true",
  };
}
