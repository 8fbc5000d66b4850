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
const advance = "lambdas/table/advance.ts";
const lookAfter = "lambdas/sweeping/look-after.ts";
const lookAfterSubmission = "lambdas/sweeping/look-after-submission.ts";
const checkRequest = "lambdas/sweeping/check-request.ts";
const findSubmission = "lambdas/sweeping/find-submission.ts";
const recordJob = "lambdas/submission/record-job.ts";
const holdImage = "lambdas/submission/hold-image.ts";
const archiveVideo = "lambdas/archiving/archive-video.ts";
const recordVideo = "lambdas/archiving/record-video.ts";
const archiving = "lambdas/job/archiving.ts";
const settleDelivery = "lambdas/settlement/settle-delivery.ts";
const deleteJob = "lambdas/deletion/delete-job.ts";
const media = "lambdas/fal/media.ts";

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
    advance,
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
    holdImage,
    "input: { ...request.input, image_url: stored } }",
    "input: { ...request.input } }",
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
  one(
    "P3",
    "a video that its job does not take stays in the bucket",
    recordVideo,
    "if (stored?.video_key !== videoKey) await remove(service, videoKey);",
    "",
  ),
  one(
    "P3",
    "a video is removed while the write that names it may still take effect",
    recordVideo,
    "if ((await service.table.read(job.id)) === undefined) await remove",
    "await remove",
  ),
  one(
    "P14",
    "a deletion leaves a request running that fal was still to be told of",
    "lambdas/deletion/delete-job.ts",
    'job.fal_cancel === "due" && job.status !== "succeeded"',
    "false",
    ["test/unit/deletion/delete-job.test.ts"],
  ),
  one(
    "P3",
    "a video stays when its write failed and the job is gone",
    recordVideo,
    "if ((await service.table.read(job.id)) === undefined) await remove(service, videoKey);",
    "",
    ["test/unit/archiving/archive-video.test.ts"],
  ),
  one(
    "P6",
    "archive_due is no part of due_at",
    "lambdas/job/due.ts",
    "facts.check_due, facts.archive_due,",
    "facts.check_due,",
  ),
  one(
    "P6",
    "a settlement makes no copy due",
    write,
    "check_due: event.at + SETTLED_LOOK_MS, ...archiving(event, outcome, policy) }",
    "check_due: event.at + SETTLED_LOOK_MS }",
  ),
  one(
    "P6",
    "a webhook's settlement makes no copy due",
    blindSettle,
    "...archiving(settle, { result: settle.result }, settle.policy),",
    "",
  ),
  one(
    "P6",
    "a late success makes no copy due",
    transition,
    "const due = archiving(event, { result: event.result, video_key: event.videoKey }, policy);",
    "const due = {};",
  ),
  one("P6", "a failed copy is forgotten", archiving, "{ archive_due: event.retryAt }", "{ archive_due: undefined }"),
  one(
    "P7",
    "a lost claim of a copy is worked on all the same",
    archiveVideo,
    "const claimed = await claim(service.table, job, lease, service.policy, service.newWriteId);",
    "const claimed = (await claim(service.table, job, lease, service.policy, service.newWriteId)) ?? job;",
  ),
  one(
    "P7",
    "a copy's lease ends before its work",
    archiveVideo,
    "lookAt: step.at + SWEEP_LEASE_MS }",
    "lookAt: step.at + 1000 }",
  ),
  one(
    "P7",
    "the claim of a copy does not count it",
    archiving,
    "archive_attempts: (job.archive_attempts ?? 0) + 1",
    "archive_attempts: 1",
  ),
  one(
    "P7",
    "the stream works on what another has begun",
    "lambdas/archiving/archive-from-stream.ts",
    " && job.archive_attempts === undefined",
    "",
  ),
  one(
    "promise 1",
    "the sweep leaves copying to the stream",
    lookAfter,
    'await archiveVideo(service, job, "sweep");',
    'await claim(service, job, { type: "nothing_left" });',
  ),
  one(
    "truth",
    "a failed copy un-succeeds its job",
    archiving,
    "return withDue(job, { archive_due: event.retryAt });",
    'return withDue(job, { archive_due: event.retryAt }, { status: "failed" });',
  ),
  one(
    "truth",
    "a copy that failed once is given up",
    archiveVideo,
    "if (error instanceof VideoRefused || error instanceof NotFalMedia) return",
    "if (error) return",
  ),
  one(
    "truth",
    "a copy that cannot work is tried for ever",
    archiveVideo,
    "if (error instanceof VideoRefused || error instanceof NotFalMedia) return",
    "if (error instanceof VideoRefused) return",
  ),
  one(
    "truth",
    "videos are kept where the setting says that none is",
    write,
    "return policy.archivesVideos && result",
    "return result",
  ),
  one(
    "truth",
    "the copy's URL takes the place of fal's",
    archiving,
    "{ video: { ...video, ...file } }",
    "{ video: { ...video, ...file, url: video_key } }",
  ),
  one(
    "P8",
    "a job whose result is large is looked at as seldom as any",
    "lambdas/sweeping/next-look.ts",
    "? CHECK_BACKOFF_LARGE_RESULT_MAX_MS :",
    "? CHECK_BACKOFF_MAX_MS :",
    ["test/unit/sweeping/next-look.test.ts"],
  ),
  one(
    "P11",
    "a video that came inline enters the table",
    "lambdas/settlement/hold-video.ts",
    'if (outcome.status !== "succeeded" || !isInline(outcome)) return outcome;',
    'if (outcome.status !== "succeeded" || outcome) return outcome;',
  ),
  one(
    "P11",
    "a webhook's inline video is settled blindly",
    settleDelivery,
    "outcome !== undefined && !isInline(outcome) && (await",
    "outcome !== undefined && (await",
  ),
  one(
    "P11",
    "a late video that came inline is not named",
    transition,
    "late_result: event.result, video_key: event.videoKey };",
    "late_result: event.result };",
  ),
  one(
    "trust",
    "a foreign delivery's inline video is taken",
    settleDelivery,
    "if (!job || !isBoundTo(job, hash, requestId)) return false;",
    "if (!job || (!isBoundTo(job, hash, requestId) && !outcome)) return false;",
  ),
  one(
    "P16",
    "a tombstone is written over",
    table,
    '"attribute_not_exists(id) OR expires_at <= :now"',
    '"attribute_not_exists(id) OR attribute_exists(deleted_at) OR expires_at <= :now"',
  ),
  one(
    "P16",
    "a tombstone does not refuse a repeat",
    table,
    "isDeleted: item !== undefined && job === undefined",
    "isDeleted: false",
  ),
  one(
    "P16",
    "a late repeat hands its picture over before it is refused",
    holdImage,
    "if (isDeleted) throw jobDeleted();",
    "if (isDeleted && existing) throw jobDeleted();",
  ),
  one(
    "P16",
    "a deletion leaves the job in its tombstone",
    deleteJob,
    "const tombstone = { id: job.id,",
    "const tombstone = { ...job, id: job.id,",
  ),
  one(
    "P16",
    "an open job is deleted",
    deleteJob,
    "if (isOpen(job) || job.expires_at === undefined) throw",
    "if (isOpen(job) && job.expires_at !== undefined) throw",
  ),
  one(
    "P1",
    "a tombstone does not condition on the version",
    table,
    "putOver(job.version, tombstone)",
    'client.send(new PutCommand({ TableName: tableName, Item: tombstone, ConditionExpression: "attribute_exists(id)" }))',
  ),
  two("P3", "a job's media are removed after its row", [
    { file: deleteJob, find: "const media = await removeMedia(service, job).catch(notRemoved);", replace: "" },
    {
      file: deleteJob,
      find: 'if (written.outcome === "written" || written.current === undefined) {',
      replace:
        'if (written.outcome === "written" || written.current === undefined) {\n        const media = await removeMedia(service, job);',
    },
  ]),
  one("P3", "a deletion goes on without what it cannot remove", deleteJob, ".catch(notRemoved)", ".catch(() => 0)"),
  one(
    "P3",
    "a deletion leaves the picture",
    deleteJob,
    "if (job.upload_key === undefined) return videos;",
    "if (job) return videos;",
  ),
  one("P23", "videos are fetched from any host", media, "if (!isFalMedia(next, falEndpointUrl))", "if (!next)", [
    "test/unit/fal/media.test.ts",
  ]),
  one(
    "P23",
    "only the first hop's host is checked",
    media,
    "if (!isFalMedia(next, falEndpointUrl))",
    "if (hops === 0 && !isFalMedia(next, falEndpointUrl))",
    ["test/unit/fal/media.test.ts"],
  ),
  one(
    "P23",
    "a video may be of any size",
    "lambdas/media/keep-video.ts",
    "if (file_size > VIDEO_MAX_BYTES) throw",
    "if (file_size > 1000 * VIDEO_MAX_BYTES) throw",
    ["test/unit/media/keep-video.test.ts"],
  ),
  one("P25", "the owner is no part of an upload", "lambdas/job/upload.ts", "owner}/$", "id}/$"),
  one(
    "P25",
    "an upload that has expired is used",
    holdImage,
    "if (service.now() > uploadMadeAt(id) + UPLOAD_LIFETIME_MS) {",
    "if (service.now() < uploadMadeAt(id) - UPLOAD_LIFETIME_MS) {",
  ),
  one(
    "P25",
    "an upload that was never made is passed on",
    holdImage,
    "if (uploadId === undefined && !isDataUri(image_url)) return",
    "if (!isDataUri(image_url)) return",
  ),
  one(
    "P25",
    "an upload's bytes are not checked",
    holdImage,
    "const image = readImage(upload.bytes, upload.contentType);",
    'const image: Image | string = { contentType: "image/png", bytes: upload.bytes };',
  ),
  one(
    "P25",
    "type and length are not bound into an upload's URL",
    "lambdas/media/presign.ts",
    "allHeaders: true,",
    "allHeaders: false,",
    ["test/unit/media/presign.test.ts"],
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
