import { type Mutation, one } from "./mutation.ts";

const table = "lambdas/table/job-table.ts";
const blindSettle = "lambdas/table/blind-settle.ts";
const transition = "lambdas/job/transition.ts";
const submitting = "lambdas/job/submitting.ts";
const write = "lambdas/job/write.ts";
const advance = "lambdas/table/jobs.ts";
const lookAfter = "lambdas/sweep/look-after.ts";
const checkRequest = "lambdas/sweep/check-request.ts";

/** Mutations of rows, checks at fal, settling and webhook authentication. */
export const lifecycleMutations: readonly Mutation[] = [
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
    "our own retried write counts as another writer's",
    table,
    "current.write_id === write.write_id",
    'current.write_id === ""',
    ["test/integration/job-table.test.ts"],
  ),
  one(
    "P2",
    "a write keeps the write id of the one before",
    advance,
    "version: current.version + 1, write_id: newWriteId()",
    "version: current.version + 1, write_id: current.write_id",
  ),
  one(
    "P3",
    "an existing id is overwritten",
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
    "fal's echo of the input is stored",
    "lambdas/fal/detail.ts",
    '["loc", "msg", "type", "url", "ctx"]',
    '["loc", "msg", "type", "url", "ctx", "input"]',
  ),
  one(
    "P5",
    "a webhook without a result makes nothing due",
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
    "P7",
    "a job is processed although its claim was lost",
    advance,
    'return written.outcome === "written" ? next : undefined;',
    "return written ? next : undefined;",
  ),
  one("P8", "settled jobs stay in the open lane", write, 'shard: shardOf(id, "settled")', 'shard: shardOf(id, "open")'),
  one(
    "P8",
    "checks may be more than five minutes apart",
    "lambdas/limits.ts",
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
    "P4",
    "a rejected outcome is not written again with the minimum",
    "lambdas/settle/write-minimal.ts",
    "return write(minimal(outcome));",
    "throw error;",
  ),
  one(
    "P14",
    "a request id learned late is not recorded",
    transition,
    'return withDue(job, { check_due: event.at }, { request_id: event.requestId, fal_cancel: "due" });',
    "return job;",
  ),
  one("P14", "a finished job is never canceled at fal", transition, '(job.fal_cancel ?? "due")', "job.fal_cancel"),
  one(
    "P14",
    "a cancel that fal did not answer is not repeated",
    lookAfter,
    "if (claimed === undefined || answer === undefined) return;",
    'if (claimed === undefined) return;\n  if (answer === undefined) {\n    await service.jobs.advance(claimed, "sweep", { type: "nothing_left" });\n    return;\n  }',
  ),
  one("P15", "an adopted id outranks the webhook", blindSettle, " OR adopted = :true", "", [
    "test/integration/job-table.test.ts",
  ]),
  one(
    "P18",
    "a 404 counts as a failure",
    checkRequest,
    'else if (overdueMs >= 0) await record({ type: "failed"',
    'else if (overdueMs >= -Infinity) await record({ type: "failed"',
  ),
  one(
    "P19",
    "a job expires without a last check",
    checkRequest,
    "const prepared = await service.connectFal();\n",
    'const prepared = await service.connectFal();\n  if (service.now() >= claimed.deadline_at) {\n    await service.jobs.advance(claimed, "sweep", { type: "deadline_passed", error: DEADLINE });\n    return;\n  }\n',
  ),
  one(
    "P19",
    "running goes back to queued",
    transition,
    "...(atFal && { error: undefined }) });",
    '...(atFal && { error: undefined, status: "queued" }) });',
  ),
  one(
    "P22",
    "the token is stored in the table in plain text",
    "lambdas/job/identity.ts",
    'return digest("webhook-token", token);',
    "return token;",
    ["test/integration/main-job.test.ts"],
  ),
  one(
    "P24",
    "the key's id is the owner, and OWNERS is ignored",
    "lambdas/http/owner.ts",
    "owners.get(request.apiKeyId) ?? request.apiKeyId",
    "request.apiKeyId",
    ["test/integration/main-job.test.ts"],
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
    "COMPLETED counts as success",
    "lambdas/fal/look.ts",
    "if (isSuccess(result.status)) {",
    "if (result.status) {",
  ),
  one(
    "truth",
    "a settled job is settled again",
    transition,
    "if (!isOpen(job)) return afterSettling(job, event, policy);",
    'if (!isOpen(job) && event.type !== "succeeded") return afterSettling(job, event, policy);',
  ),
  one("trust", "the token is not checked", blindSettle, '"token_hash = :tokenHash"', '"attribute_exists(token_hash)"'),
  one(
    "trust",
    "the request id is not checked",
    blindSettle,
    '"(attribute_not_exists(request_id) OR request_id = :request_id OR adopted = :true)"',
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
    "a stale timestamp is accepted",
    "lambdas/fal/signature.ts",
    "<= SIGNATURE_TOLERANCE_SECONDS",
    "<= 1000 * SIGNATURE_TOLERANCE_SECONDS",
  ),
  one(
    "trust",
    "without keys every webhook is accepted",
    "lambdas/fal/signing-keys.ts",
    "if (!keys) throw error;",
    "if (keys) throw error;",
  ),
  one(
    "P8",
    "a job with a large result is checked as rarely as any other",
    "lambdas/sweep/next-look.ts",
    "? CHECK_BACKOFF_LARGE_RESULT_MAX_MS :",
    "? CHECK_BACKOFF_MAX_MS :",
    ["test/unit/sweep/next-look.test.ts"],
  ),
];
