import { type Mutation, one } from "./mutation.ts";

const delivering = "lambdas/job/delivering.ts";
const listJobs = "lambdas/routes/list-jobs.ts";
const recordJob = "lambdas/submit/record-job.ts";
const askForCallers = "lambdas/fal/ask-for-callers.ts";
const transition = "lambdas/job/transition.ts";

/** Mutations of what keeps one owner from hurting others, and of what is written at the end of a job. */
export const isolationMutations: readonly Mutation[] = [
  one(
    "P24",
    "a secret that is still valid is withdrawn",
    "lambdas/table/owner-item.ts",
    "stillValid.length >= CALLBACK_SECRETS_PREVIOUS_MAX",
    "stillValid.length > 1e9",
  ),
  one("P30", "a callback is requested again at any time", delivering, " + REDELIVERY_INTERVAL_MS", ""),
  one(
    "P30",
    "a redelivery resets the count of a round that is under way",
    delivering,
    "isUnderWay(job) ? delivery.attempts : 0",
    "0",
  ),
  one("P30", "a filtered page reads any number of rows", listJobs, " && rowsRead < PAGE_MAX_ROWS", ""),
  one("P30", "a filtered page reads consistently", listJobs, "!filtered,", "true,"),
  one(
    "P29",
    "what has no price is unlimited",
    recordJob,
    "if (expense === undefined) throw unpriced(endpoint);",
    "if (expense === undefined) return { reservation: NOTHING_RESERVED };",
  ),
  one("P29", "a retry is not validated again", "lambdas/routes/retry-job.ts", "orInvalid(parsed, NOT_VALID_NOW);", ""),
  one("P32", "each reader asks fal", askForCallers, "latest.get(key) ?? { at", "{ at"),
  one(
    "P32",
    "fal is asked about a job that settled long ago",
    askForCallers,
    " || at > settledAt + FAL_LOGS_AVAILABLE_MS",
    "",
  ),
  one(
    "P34",
    "a cancellation that nobody asked for is one",
    transition,
    'if (job.cancel_requested_at !== undefined) return settle(job, event, "canceled", { error: event.error }, policy);',
    'return settle(job, event, "canceled", { error: event.error }, policy);',
  ),
  one(
    "P34",
    "a job that fal cancels after its deadline has failed",
    transition,
    'if (event.at >= job.deadline_at) return settle(job, event, "expired", { error: EXPIRED_AT_FAL }, policy);',
    "",
  ),
  one(
    "P34",
    "fal is asked to stop before the row says expired",
    "lambdas/sweep/check-request.ts",
    'const expired = await service.jobs.advance(job, "sweep"',
    'const expired = await service.jobs.advance(await cancel(service, prepared, job), "sweep"',
  ),
  one(
    "truth",
    "a caller is redirected to whatever host a model names",
    "lambdas/routes/read-video.ts",
    "if (redirect && !isKept && ",
    "if (!redirect && !isKept && ",
  ),
  one(
    "truth",
    "an error type that is no header is returned",
    "lambdas/fal/outcome.ts",
    "printable(errorType)",
    "errorType",
  ),
];
