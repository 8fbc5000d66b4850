import { type Mutation, one } from "./mutation.ts";

const submitting = "lambdas/job/submitting.ts";
const transition = "lambdas/job/transition.ts";
const write = "lambdas/job/write.ts";
const deadlines = "lambdas/job/deadlines.ts";
const delivering = "lambdas/job/delivering.ts";
const checkRequest = "lambdas/sweep/check-request.ts";
const findSubmission = "lambdas/sweep/find-submission.ts";
const history = "lambdas/fal/history.ts";
const retryJob = "lambdas/routes/retry-job.ts";

/**
 * Mutations of attempts, deadlines, leases, cancellations and fal's history, written by someone who did not write the
 * tests.
 */
export const protocolMutations: readonly Mutation[] = [
  one(
    "P12",
    "a late answer to an earlier attempt counts for the current one",
    submitting,
    "if (!isUnconfirmed(job) || attempt?.number !== event.attempt) return job;",
    "if (!isUnconfirmed(job) || attempt === undefined) return job;",
  ),
  one(
    "P14",
    "a job whose POST was rejected after its cancellation waits for its deadline",
    submitting,
    'if (job.cancel_requested_at !== undefined) return settle(refused, event, "canceled", { error: undefined }, policy);',
    "",
  ),
  one(
    "P14",
    "a canceled job that fal gave up on starting is sent again",
    submitting,
    'if (job.cancel_requested_at !== undefined) return settle(job, event, "canceled", { error: undefined }, policy);',
    "",
  ),
  one(
    "P12",
    "a job that fal gave up on starting is sent again although it is too late",
    submitting,
    "if (event.at >= sendableUntil(job)) return settle(",
    "if (event.at < 0) return settle(",
  ),
  one(
    "P15",
    "an adopted id counts as fal's own",
    submitting,
    'adopted: event.type === "adopted" ? true : undefined',
    "adopted: undefined",
  ),
  one(
    "P15",
    "an adopted id outranks that of the event that settles the job",
    write,
    "job.adopted ? (reported ?? job.request_id) :",
    "job.adopted ? job.request_id :",
  ),
  one(
    "P14",
    "a job whose submission is unconfirmed is canceled immediately",
    transition,
    'job.status === "submitting" && !isUnconfirmed(job);',
    'job.status === "submitting";',
  ),
  one(
    "P13",
    "a job that may be at fal expires at its deadline",
    transition,
    'const status = isUnconfirmed(job) ? "failed" : "expired";',
    'const status = "expired";',
  ),
  one(
    "promise 1",
    "a check may be later than the deadline",
    transition,
    "Math.min(event.lookAt, Math.max(job.deadline_at, event.at))",
    "event.lookAt",
  ),
  one(
    "P8",
    "checks are not counted, so their back-off never grows",
    transition,
    "(job.looks ?? 0) + 1",
    "job.looks ?? 0",
  ),
  one("truth", "a second late video replaces the first", transition, "if (videoOf(job) !== undefined) return job;", ""),
  one(
    "promise 1",
    "the later of check and deadline counts",
    deadlines,
    "return Math.min(time, job.deadline_at);",
    "return Math.max(time, job.deadline_at);",
  ),
  one(
    "P12",
    "a job is sent with less start timeout left than fal takes",
    deadlines,
    "until - START_TIMEOUT_MIN_SECONDS * 1000",
    "until",
  ),
  one(
    "P9",
    "rows expire in milliseconds",
    write,
    "Math.ceil((at + policy.retentionMs) / 1000)",
    "Math.ceil(at + policy.retentionMs)",
  ),
  one("P9", "rows expire immediately", write, "Math.ceil((at + policy.retentionMs) / 1000)", "Math.ceil(at / 1000)"),
  one("P7", "a video that is already stored is due for a copy", write, " && video_key === undefined", ""),
  one(
    "P7",
    "the lease of a POST ends before its work",
    "lambdas/submit/submit-recorded.ts",
    "+ SWEEP_LEASE_MS",
    "+ 1000",
  ),
  one("P7", "the lease of a check ends before its work", checkRequest, "+ SWEEP_LEASE_MS", "+ 1"),
  one(
    "P18",
    "a 404 after fal rejected the cancel counts as canceled",
    checkRequest,
    'job.fal_cancel === "acknowledged"',
    "job.fal_cancel",
  ),
  one(
    "P19",
    "a job is given up at its deadline when fal does not answer once",
    checkRequest,
    "overdueMs >= LAST_LOOK_GRACE_MS",
    "overdueMs >= 0",
  ),
  one(
    "P19",
    "a result that existed at the deadline is not fetched",
    checkRequest,
    'if (answered.fal_cancel !== "too_late") return;',
    "if (answered) return;",
  ),
  one("P7", "the sweep trusts a lagging index", "lambdas/sweep/look-after.ts", " || job.due_at > service.now()", ""),
  one(
    "P8",
    "fal's 429 delays copies and callbacks",
    "lambdas/sweep/sweep.ts",
    '!(lane === "open" && context.slowDown)',
    "!context.slowDown",
  ),
  one("P8", "fal's 429 delays nothing", "lambdas/sweep/sweep.ts", '!(lane === "open" && context.slowDown)', "true"),
  one(
    "P17",
    "a probe whose claim was lost never ends",
    "lambdas/submit/submit-recorded.ts",
    "service.circuitBreaker.leave(undefined);",
    "",
  ),
  one(
    "P17",
    "a probe whose row was not written never ends",
    "lambdas/submit/record-job.ts",
    "if (entered) service.circuitBreaker.leave(undefined);",
    "",
  ),
  one(
    "P13",
    "one of two identical requests is adopted",
    findSubmission,
    "matches.length === 1 ?",
    "matches.length > 0 ?",
  ),
  one(
    "P13",
    "a request sent at a very different time is adopted",
    findSubmission,
    "> HISTORY_SLACK_MS)",
    "> 1e6 * HISTORY_SLACK_MS)",
  ),
  one(
    "P13",
    "a history that lists a request twice is trusted",
    history,
    "if (found.has(item.requestId)) return undefined;",
    "",
  ),
  one("P13", "a history of another endpoint is trusted", history, " || item.endpoint_id !== endpoint", ""),
  one(
    "P13",
    "only the first page of a history is read",
    history,
    "if (!body.has_more) return",
    "if (body.items) return",
  ),
  one(
    "P13",
    "a retry's request may be adopted for the job that it repeats",
    retryJob,
    "hasOwnFileUrl: false",
    "hasOwnFileUrl: true",
  ),
  one(
    "P16",
    "the repeat of a retry is refused when its endpoint was withdrawn",
    retryJob,
    '"errors" in parsed ? await orUnavailable',
    '!("errors" in parsed) ? await orUnavailable',
  ),
  one("truth", "a job that succeeded can be retried", retryJob, ' || job.status === "succeeded"', ""),
  one(
    "P16",
    "a retry's id does not depend on the job",
    "lambdas/job/identity.ts",
    '"retry", owner, jobId,',
    '"retry", owner,',
  ),
  one(
    "P16",
    "the fingerprint ignores metadata",
    "lambdas/contract/fingerprint.ts",
    "normalised = { ...request,",
    "normalised = { ...request, metadata: undefined,",
  ),
  one(
    "P7",
    "a delivery that lost its lease changes the current one",
    delivering,
    "const isPast = event.lease !== delivery.leased_until;",
    "const isPast = false;",
  ),
  one(
    "P9",
    "callbacks continue after the job has expired",
    "lambdas/deliver/deliver-job.ts",
    "retryAt < expires_at * 1000 ?",
    "retryAt ?",
  ),
  one(
    "P9",
    "fal's Retry-After is not capped",
    "lambdas/job/backoff.ts",
    "* ceilingMs), Math.min(retryAfterMs, RETRY_AFTER_MAX_MS))",
    "* ceilingMs), retryAfterMs)",
  ),
  one(
    "P20",
    "a job fails when fal's account has no balance",
    "lambdas/fal/submission.ts",
    "status === 402 || status === 403",
    "status === 403",
  ),
  one(
    "P22",
    "a settlement by webhook is attributed to the sweep",
    "lambdas/table/blind-settle.ts",
    'event: settle.status, by: "webhook"',
    'event: settle.status, by: "sweep"',
  ),
];
