import { type Mutation, one, two } from "./mutation.ts";

const submitting = "lambdas/job/submitting.ts";
const refusal = "lambdas/fal/submission.ts";
const callOnce = "lambdas/fal/call-once.ts";
const lookAfterSubmission = "lambdas/sweep/look-after-submission.ts";
const findSubmission = "lambdas/sweep/find-submission.ts";
const recordJob = "lambdas/submit/record-job.ts";

/** Mutations of submitting jobs to fal exactly once. */
export const submissionMutations: readonly Mutation[] = [
  one(
    "P10",
    "a POST that fal answers with 101 never ends",
    callOnce,
    "if (!isAnswered) settle(",
    "if (!timer) settle(",
    ["test/unit/fal/submit-to-fal.test.ts"],
  ),
  one(
    "P6",
    "a rejected submission is never retried",
    submitting,
    "const due = { submit_due: Math.min(sendableUntil(job), event.at + event.backoffMs), check_due: undefined };\n  return move(refused",
    "const due = { submit_due: undefined, check_due: undefined };\n  return move(refused",
  ),
  one(
    "P6",
    "an accepted job is not checked",
    submitting,
    "byDeadline(job, event.at + policy.firstCheckMs);\n  if (!isFirst",
    "undefined;\n  if (!isFirst",
  ),
  one(
    "P6",
    "the first due time is earlier than the POST's timeout",
    "lambdas/job/new-job.ts",
    "at + Math.max(params.firstCheckMs, INVOCATION_MAX_MS)",
    "at + 1000",
  ),
  one(
    "P7",
    "a job past its deadline is still submitted",
    lookAfterSubmission,
    "if (now >= (isUnconfirmed(job) ? job.deadline_at : sendableUntil(job))) {",
    "if (isUnconfirmed(job) && now >= job.deadline_at) {",
  ),
  one(
    "P10",
    "a 5xx counts as certainly not accepted",
    refusal,
    "status >= 400 && status < 500 && status !== 408",
    "status >= 400 && status !== 408",
  ),
  one(
    "P10",
    "a lost answer counts as not sent, so the job is submitted again",
    refusal,
    'if (post.kind === "unanswered") return unknown(',
    'if (post.kind === "unanswered") return waiting("fal_unreachable",',
  ),
  one("P10", "every error counts as one before the connection", callOnce, "connected = true;", "connected = false;"),
  two("P10", "fal's client may retry a submission", [
    {
      file: callOnce,
      find: 'override readonly name = "CallStopped";',
      replace: 'override readonly name = "CallStopped";\n  readonly code = "ECONNRESET";',
    },
    { file: callOnce, find: "if (outcome) throw new CallStopped", replace: "if (!timeoutMs) throw new CallStopped" },
  ]),
  one(
    "P12",
    "the POST leaves before the row says so",
    recordJob,
    "attemptDigest: mayPost ? bodyDigest(request.input) : undefined",
    "attemptDigest: mayPost && request.deadline_seconds < 0 ? bodyDigest(request.input) : undefined",
  ),
  two("P12", "an unknown submission is sent again", [
    {
      file: lookAfterSubmission,
      find: "if (!isUnconfirmed(job)) {",
      replace: "if (job) {",
    },
    {
      file: submitting,
      find: 'job.status !== "submitting" || isUnconfirmed(job) || job.cancel',
      replace: 'job.status !== "submitting" || job.cancel',
    },
  ]),
  two("P12", "a job that is missing from the history is sent again", [
    {
      file: lookAfterSubmission,
      find: 'else\n    await service.jobs.advance(claimed, "sweep", {',
      replace:
        'else if (claimed.image_held) await submitRecorded(service, claimed, "sweep", now + SUBMIT_POST_MAX_MS + RECORD_RESERVE_MS);\n  else\n    await service.jobs.advance(claimed, "sweep", {',
    },
    {
      file: submitting,
      find: 'job.status !== "submitting" || isUnconfirmed(job) || job.cancel',
      replace: 'job.status !== "submitting" || job.cancel',
    },
  ]),
  one(
    "P12",
    "an interrupted submission counts as never sent",
    "lambdas/job/job.ts",
    'job.attempt?.outcome === "under_way" || job.attempt?.outcome === "unknown"',
    'job.attempt?.outcome === "unknown"',
  ),
  one("P13", "an identical job's request is adopted", findSubmission, "image_held === true && attempt", "attempt"),
  one(
    "P13",
    "an inconsistent history is trusted",
    "lambdas/fal/history.ts",
    "if (!read) return undefined;",
    "if (!read) return [...found.values()];",
  ),
  one(
    "P14",
    "a canceled job is still submitted",
    submitting,
    " || job.cancel_requested_at !== undefined) return job;",
    ") return job;",
  ),
  one(
    "P16",
    "each click on retry creates a job",
    "lambdas/routes/retry-job.ts",
    "const id = retryJobId(job.owner, job.id, key);",
    "const id = retryJobId(job.owner, job.id, String(service.random()));",
  ),
  one(
    "P16",
    "a failed put does not name its job",
    recordJob,
    "      instance: jobUrl(service.publicUrl, job.id),\n      headers",
    "      headers",
  ),
  one(
    "P17",
    "submissions continue during an outage",
    "lambdas/submit/circuit-breaker.ts",
    "if (now() < pausedUntil) return {};",
    "",
  ),
  one(
    "A27",
    "instances do not share that fal is down",
    "lambdas/submit/circuit-breaker.ts",
    "if (isDownNow ? isShut() : isUp && wasShut && isSharedDown) await share(isDownNow);",
    "if (isUp && wasShut && isSharedDown) await share(isDownNow);",
  ),
  one(
    "A27",
    "instances do not share that fal is back",
    "lambdas/submit/circuit-breaker.ts",
    "if (isDownNow ? isShut() : isUp && wasShut && isSharedDown) await share(isDownNow);",
    "if (isDownNow && isShut()) await share(isDownNow);",
  ),
  one(
    "A27",
    "a new instance does not ask what others found",
    "lambdas/submit/circuit-breaker.ts",
    "let isInDoubt = validMs > 0;",
    "let isInDoubt = false;",
  ),
  one(
    "A27",
    "an old finding holds back submissions",
    "lambdas/submit/circuit-breaker.ts",
    "if (!isFresh && !toProbe) return;",
    "",
  ),
  one(
    "P14",
    "a cancellation requested during the POST is not passed on when fal accepts",
    submitting,
    '{ fal_cancel: "due" as const }',
    "{}",
  ),
  one("P12", "a request that fal gave up on starting keeps its webhook token", submitting, "token_hash: NO_TOKEN,", ""),
  one(
    "P20",
    "an open job does not show what it is waiting for",
    submitting,
    'return move(refused, event, "not_accepted", { error: event.error }, due);',
    'return move(refused, event, "not_accepted", {}, due);',
  ),
  one(
    "promise 1",
    "a lost submission never reaches a final state",
    lookAfterSubmission,
    "if (now >= sentAt + service.policy.submissionWindowMs) {",
    "if (now >= sentAt + 1000 * service.policy.submissionWindowMs && now < job.deadline_at) {",
  ),
];
