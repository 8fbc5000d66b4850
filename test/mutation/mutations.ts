/** One way to break the code, which some test must notice. */
export interface Mutation {
  /** The rule or promise that it breaks. */
  readonly rule: string;
  readonly what: string;
  readonly edits: readonly Edit[];
  /** Which tests must notice it; by default the unit tests and the simulation. */
  readonly tests?: readonly string[];
}

interface Edit {
  readonly file: string;
  /** Must stand in the file exactly once. */
  readonly find: string;
  readonly replace: string;
}

const table = "lambdas/table/job-table.ts";
const blindSettle = "lambdas/table/blind-settle.ts";
const transition = "lambdas/job/transition.ts";
const submitting = "lambdas/job/submitting.ts";
const write = "lambdas/job/write.ts";
const refusal = "lambdas/fal/submission.ts";
const callOnce = "lambdas/fal/call-once.ts";
const claim = "lambdas/sweeping/claim.ts";
const lookAfter = "lambdas/sweeping/look-after.ts";
const lookAfterSubmission = "lambdas/sweeping/look-after-submission.ts";
const checkRequest = "lambdas/sweeping/check-request.ts";
const findSubmission = "lambdas/sweeping/find-submission.ts";
const recordJob = "lambdas/submission/record-job.ts";

export const mutations: readonly Mutation[] = [
  one("P1", "a replace does not condition on the version", table, " AND version = :readVersion", ""),
  one(
    "P1",
    "the settle write drops its open-state condition",
    blindSettle,
    '"#status IN (:submitting, :queued, :running)"',
    '"attribute_exists(id)"',
  ),
  one(
    "P2",
    "our own retried write is taken for somebody else's",
    table,
    "current?.write_id === write.write_id",
    "current === undefined",
    ["test/integration/job-table.test.ts"],
  ),
  one(
    "P2",
    "a write keeps the write id of the one before",
    "lambdas/table/advance.ts",
    "write_id: newWriteId()",
    "write_id: current.write_id",
  ),
  one(
    "P3",
    "an id that is taken is written over",
    table,
    '"attribute_not_exists(id) OR expires_at <= :now"',
    '"attribute_not_exists(id) OR attribute_exists(id)"',
  ),
  one(
    "P4",
    "the timeline is not bounded",
    "lambdas/job/timeline.ts",
    "timeline.length < room ? [...timeline, entry] : timeline",
    "[...timeline, entry, ...(room < 0 ? [] : [])]",
  ),
  one(
    "P4",
    "fal's echo of the input is kept",
    "lambdas/fal/detail.ts",
    '["loc", "msg", "type", "url", "ctx"]',
    '["loc", "msg", "type", "url", "ctx", "input"]',
  ),
  one(
    "P5",
    "a delivery without a result makes nothing due",
    submitting,
    'const lookNow = event.type !== "accepted" ||',
    'const lookNow = event.type === "adopted" ||',
  ),
  one(
    "P6",
    "due_at is not recomputed with its reasons",
    write,
    "return { ...next, due_at: earliestDue(next) };",
    "return { ...next, due_at: job.due_at };",
  ),
  one(
    "P6",
    "a refused submission is forgotten",
    submitting,
    "const due = { submit_due: byDeadline(job, event.at + event.backoffMs), check_due: undefined };\n  return move(refused",
    "const due = { submit_due: undefined, check_due: undefined };\n  return move(refused",
  ),
  one(
    "P6",
    "an accepted job is not looked at",
    submitting,
    "byDeadline(job, event.at + policy.firstCheckMs);\n  if (!isFirst",
    "undefined;\n  if (!isFirst",
  ),
  one(
    "P6",
    "the first due time lies within the POST",
    "lambdas/job/new-job.ts",
    "at + Math.max(birth.firstCheckMs, INVOCATION_MAX_MS)",
    "at + 1000",
  ),
  one(
    "P7",
    "a lost claim is worked on all the same",
    claim,
    'return written.outcome === "written" ? next : undefined;',
    "return written ? next : undefined;",
  ),
  one(
    "P7",
    "a job past its deadline is still submitted",
    lookAfterSubmission,
    "if (now >= job.deadline_at) {",
    "if (now >= job.deadline_at && isUnconfirmed(job)) {",
  ),
  one("P8", "settled jobs stay in the open lane", write, 'shard: shardOf(id, "settled")', 'shard: shardOf(id, "open")'),
  one(
    "P8",
    "looks may be further apart than five minutes",
    "lambdas/job/limits.ts",
    "CHECK_BACKOFF_MAX_MS = 5 * minuteMs",
    "CHECK_BACKOFF_MAX_MS = 50 * minuteMs",
  ),
  one(
    "P9",
    "open jobs expire from the table",
    "lambdas/job/new-job.ts",
    "due_at: earliestDue(due),",
    "due_at: earliestDue(due),\n    expires_at: 1,",
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
    "re-POST on unknown: a lost answer counts as not sent",
    refusal,
    'if (post.kind === "unanswered") return unknown(',
    'if (post.kind === "unanswered") return waiting("fal_unreachable",',
  ),
  one("P10", "every error counts as one before the connection", callOnce, "connected = true;", "connected = false;"),
  two("P10", "fal's client may send again", [
    {
      file: callOnce,
      find: 'override readonly name = "CallStopped";',
      replace: 'override readonly name = "CallStopped";\n  readonly code = "ECONNRESET";',
    },
    { file: callOnce, find: "if (outcome) throw new CallStopped", replace: "if (!timeoutMs) throw new CallStopped" },
  ]),
  one(
    "P11",
    "an inline image stays in the row",
    "lambdas/submission/hold-image.ts",
    "input: { ...request.input, image_url } }, imageHeld: true",
    "input: { ...request.input } }, imageHeld: true",
  ),
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
      find: "if (!isUnconfirmed(job)) return submit(service, job);",
      replace: "if (job) return submit(service, job);",
    },
    {
      file: submitting,
      find: 'job.status !== "submitting" || isUnconfirmed(job) || job.cancel',
      replace: 'job.status !== "submitting" || job.cancel',
    },
  ]),
  two("P12", "sent again after absence from the history", [
    {
      file: lookAfterSubmission,
      find: "else\n    await record(service, claimed, {",
      replace:
        "else if (claimed.image_held) await submit(service, claimed);\n  else\n    await record(service, claimed, {",
    },
    {
      file: submitting,
      find: 'job.status !== "submitting" || isUnconfirmed(job) || job.cancel',
      replace: 'job.status !== "submitting" || job.cancel',
    },
  ]),
  one(
    "P12",
    "a cut-short submission counts as never sent",
    "lambdas/job/job.ts",
    'job.attempt?.outcome === "under_way" || job.attempt?.outcome === "unknown"',
    'job.attempt?.outcome === "unknown"',
  ),
  one("P13", "a twin's request is adopted", findSubmission, "if (!job.image_held || attempt", "if (attempt"),
  one(
    "P13",
    "an odd history is believed",
    "lambdas/fal/history.ts",
    "if (!read) return undefined;",
    "if (!read) return [...found.values()];",
  ),
  one(
    "P4",
    "a refused outcome is not written with less",
    "lambdas/settlement/with-less.ts",
    "return write(lessOf(outcome));",
    "throw error;",
  ),
  one(
    "P14",
    "a request id learned late is not recorded",
    transition,
    'return withDue(job, { check_due: event.at }, { request_id: event.requestId, fal_cancel: "due" });',
    "return job;",
  ),
  one("P14", "fal is never told that a job is over", transition, '(job.fal_cancel ?? "due")', "job.fal_cancel"),
  one(
    "P14",
    "fal is not asked again when it did not answer",
    lookAfter,
    "if (claimed === undefined || answer === undefined) return;",
    'if (claimed === undefined) return;\n  if (answer === undefined) {\n    await record(service, claimed, { type: "nothing_left" });\n    return;\n  }',
  ),
  one(
    "P14",
    "a canceled job is still submitted",
    submitting,
    " || job.cancel_requested_at !== undefined) return job;",
    ") return job;",
  ),
  one("P15", "an adopted id outranks the webhook", blindSettle, " OR adopted = :true", "", [
    "test/integration/job-table.test.ts",
  ]),
  one(
    "P16",
    "each click on retry is a retry",
    "lambdas/submission/retry-job.ts",
    "id: retryJobId(job.owner, job.id, key),",
    "id: retryJobId(job.owner, job.id, String(service.random())),",
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
    "submissions go on through an outage",
    "lambdas/submission/gate.ts",
    "if (probe || now() < pausedUntil) return false;",
    "",
  ),
  one(
    "P18",
    "a 404 is a failure",
    checkRequest,
    'else if (overdueMs >= 0) await record(service, job, { type: "failed"',
    'else if (overdueMs >= -Infinity) await record(service, job, { type: "failed"',
  ),
  one(
    "P19",
    "a job expires without a last look",
    checkRequest,
    "const prepared = await service.prepare();\n",
    'const prepared = await service.prepare();\n  if (service.now() >= claimed.deadline_at) {\n    await record(service, claimed, { type: "deadline_passed", error: DEADLINE });\n    return;\n  }\n',
  ),
  one(
    "P19",
    "running goes back to queued",
    transition,
    "return withDue(job, due, atFal ? { error: undefined } : {});",
    'return withDue(job, due, atFal ? { error: undefined, status: "queued" } : {});',
  ),
  one(
    "P20",
    "an open job does not show what it waits for",
    submitting,
    'return move(refused, event, "not_accepted", { error: event.error }, due);',
    'return move(refused, event, "not_accepted", {}, due);',
  ),
  one(
    "P22",
    "the token stands in the table",
    "lambdas/job/identity.ts",
    'return digest("webhook-token", token);',
    "return token;",
    ["test/integration/main-job.test.ts"],
  ),
  one(
    "P24",
    "the key's id is the owner, whatever OWNERS says",
    "lambdas/http/owner.ts",
    "owners.get(request.apiKeyId) ?? request.apiKeyId",
    "request.apiKeyId",
    ["test/integration/main-job.test.ts"],
  ),
  one(
    "promise 1",
    "what came of a lost submission is never decided",
    lookAfterSubmission,
    "if (now >= sentAt + service.policy.submissionWindowMs) {",
    "if (now >= sentAt + 1000 * service.policy.submissionWindowMs && now < job.deadline_at) {",
  ),
  one(
    "promise 1",
    "the sweep reads one page of one shard",
    "lambdas/job/due.ts",
    "Array.from({ length: DUE_SHARDS }",
    "Array.from({ length: 1 }",
  ),
  one(
    "truth",
    "COMPLETED is taken for success",
    "lambdas/fal/look.ts",
    "if (isSuccess(result.status)) return",
    "if (result.status) return",
  ),
  one(
    "truth",
    "a settled job is settled again",
    transition,
    "if (!isOpen(job)) return afterSettling(job, event);",
    'if (!isOpen(job) && event.type !== "succeeded") return afterSettling(job, event);',
  ),
  one("trust", "the token is not checked", blindSettle, '"token_hash = :tokenHash"', '"attribute_exists(token_hash)"'),
  one(
    "trust",
    "the request id is not checked",
    blindSettle,
    '"(attribute_not_exists(request_id) OR request_id = :requestId OR adopted = :true)"',
    '"attribute_exists(id)"',
  ),
  one(
    "trust",
    "the signature is not checked",
    "lambdas/fal/signature.ts",
    "return keys.some((key) => verify(null, message, key, signature));",
    'return keys.length > 0 || verify(null, message, "", signature);',
  ),
  one(
    "trust",
    "a stale timestamp is taken",
    "lambdas/fal/signature.ts",
    "<= SIGNATURE_TOLERANCE_SECONDS",
    "<= 1000 * SIGNATURE_TOLERANCE_SECONDS",
  ),
  one(
    "trust",
    "without keys the door is open",
    "lambdas/fal/signing-keys.ts",
    "if (!keys) throw error;",
    "if (keys) throw error;",
  ),
];

function one(
  rule: string,
  what: string,
  file: string,
  find: string,
  replace: string,
  tests?: readonly string[],
): Mutation {
  return { rule, what, edits: [{ file, find, replace }], ...(tests && { tests }) };
}

function two(rule: string, what: string, edits: readonly Edit[]): Mutation {
  return { rule, what, edits };
}
