import { type Mutation, one, two } from "./mutation.ts";

const table = "lambdas/table/job-table.ts";
const blindSettle = "lambdas/table/blind-settle.ts";
const transition = "lambdas/job/transition.ts";
const write = "lambdas/job/write.ts";
const lookAfter = "lambdas/sweep/look-after.ts";
const storeFiles = "lambdas/submit/store-files.ts";
const archiveVideo = "lambdas/archive/archive-video.ts";
const recordVideo = "lambdas/archive/record-video.ts";
const archiving = "lambdas/job/archiving.ts";
const settleDelivery = "lambdas/settle/settle-from-webhook.ts";
const deleteJob = "lambdas/routes/delete-job.ts";
const media = "lambdas/fal/media.ts";

/** Mutations of images, uploads, archived videos and deletions. */
export const mediaMutations: readonly Mutation[] = [
  one(
    "P11",
    "an inline image stays in the row",
    storeFiles,
    "input: replaceTexts(request.input, urls) }",
    "input: urls.size > 0 ? request.input : {} }",
  ),
  one(
    "P3",
    "a video that its job does not accept stays in the bucket",
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
    "a deletion does not send a cancel that was still due at fal",
    "lambdas/routes/delete-job.ts",
    'job.fal_cancel === "due" && job.status !== "succeeded"',
    "false",
    ["test/unit/routes/delete-job.test.ts"],
  ),
  one(
    "P3",
    "a video stays when its write failed and the job is gone",
    recordVideo,
    "if ((await service.table.read(job.id)) === undefined) await remove(service, videoKey);",
    "",
    ["test/unit/archive/archive-video.test.ts"],
  ),
  one(
    "P6",
    "due_at ignores archive_due",
    "lambdas/job/due.ts",
    "facts.check_due, facts.archive_due,",
    "facts.check_due,",
  ),
  one("P6", "a settlement makes no copy due", write, "return { archive_due, deliver_due };", "return { deliver_due };"),
  one(
    "P6",
    "a webhook's settlement makes no copy due",
    blindSettle,
    "...followUp(settle, { result: settle.result }, settle.policy),",
    "deliver_due: followUp(settle, { result: settle.result }, settle.policy).deliver_due,",
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
    "a video is copied although the claim was lost",
    archiveVideo,
    'const claimed = await service.jobs.claim(job, by, { type: "archive_claimed", lookAt: now + SWEEP_LEASE_MS });',
    'const claimed = (await service.jobs.claim(job, by, { type: "archive_claimed", lookAt: now + SWEEP_LEASE_MS })) ?? job;',
  ),
  one(
    "P7",
    "a copy's lease ends before its work",
    archiveVideo,
    "lookAt: now + SWEEP_LEASE_MS }",
    "lookAt: now + 1000 }",
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
    "the stream processes a copy that is already in progress",
    "lambdas/archive/from-stream.ts",
    " && job.archive_attempts === undefined",
    "",
  ),
  one(
    "promise 1",
    "the sweep does not copy videos",
    lookAfter,
    'await archiveVideo(service, current, "sweep");',
    'await service.jobs.claim(job, "sweep", { type: "nothing_left" });',
  ),
  one(
    "truth",
    "a failed copy changes a succeeded job's state",
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
    "a copy that cannot succeed is retried for ever",
    archiveVideo,
    "if (error instanceof VideoRefused || error instanceof NotFalMedia) return",
    "if (error instanceof VideoRefused) return",
  ),
  one(
    "truth",
    "videos are archived although archiving is disabled",
    write,
    "return policy.archivesVideos && result",
    "return result",
  ),
  one(
    "truth",
    "the copy's URL replaces fal's",
    archiving,
    "{ ...before, video: { ...before.video, ...file } }",
    "{ ...before, video: { ...before.video, ...file, url: video_key } }",
  ),
  one(
    "P11",
    "an inline video is written to the table",
    "lambdas/archive/store-inline-video.ts",
    'if (outcome.status !== "succeeded" || !isInline(outcome)) return outcome;',
    'if (outcome.status !== "succeeded" || outcome) return outcome;',
  ),
  one(
    "P11",
    "a webhook's inline video is settled blindly",
    settleDelivery,
    "const isPlain = outcome !== undefined && !isInline(outcome);",
    "const isPlain = outcome !== undefined;",
  ),
  one(
    "P11",
    "a late inline video is not recorded",
    transition,
    "late_result: event.result, video_key: event.videoKey, cost",
    "late_result: event.result, cost",
  ),
  one(
    "trust",
    "another account's inline video is accepted",
    settleDelivery,
    "if (!job || !isBoundTo(job, hash, requestId)) return false;",
    "if (!job || (!isBoundTo(job, hash, requestId) && !outcome)) return false;",
  ),
  one(
    "P16",
    "a tombstone is overwritten",
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
    "a late repeat uploads its image before it is rejected",
    storeFiles,
    "if (isDeleted) throw jobDeleted();",
    "if (isDeleted && existing) throw jobDeleted();",
  ),
  one(
    "P16",
    "a tombstone still contains the job",
    deleteJob,
    "const tombstone = { id: job.id,",
    "const tombstone = { ...job, id: job.id,",
  ),
  two("P16", "an open job is deleted", [
    { file: deleteJob, find: "if (isOpen(job)) throw", replace: "if (!job) throw" },
    { file: deleteJob, find: "if (isOpen(job) || job.expires_at", replace: "if (job.version < 0 && job.expires_at" },
    { file: deleteJob, find: "expires_at: job.expires_at }", replace: "expires_at: job.expires_at ?? 1e10 }" },
  ]),
  one(
    "P1",
    "a tombstone does not condition on the version",
    table,
    "putOver(job.version, tombstone)",
    'dynamo.put(tombstone, { ConditionExpression: "attribute_exists(id)" })',
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
  one("P3", "a deletion ignores media that it cannot remove", deleteJob, ".catch(notRemoved)", ".catch(() => 0)"),
  one(
    "P3",
    "a deletion leaves the uploaded image",
    deleteJob,
    "const uploads = job.upload_keys ?? [];",
    "const uploads = (job.upload_keys ?? []).slice(0, 0);",
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
    "lambdas/archive/store-video.ts",
    "if (file_size > VIDEO_MAX_BYTES) throw",
    "if (file_size > 1000 * VIDEO_MAX_BYTES) throw",
    ["test/unit/archive/store-video.test.ts"],
  ),
  one("P25", "an upload's key does not contain the owner", "lambdas/contract/upload.ts", "owner}/$", "id}/$"),
  one(
    "P25",
    "an upload that has expired is used",
    storeFiles,
    "if (service.now() > uploadMadeAt(id) + UPLOAD_LIFETIME_MS) {",
    "if (service.now() < uploadMadeAt(id) - UPLOAD_LIFETIME_MS) {",
  ),
  one(
    "P25",
    "an upload is passed on to fal, which cannot fetch it",
    "lambdas/contract/input-file.ts",
    "isInlineFile(text) || uploadIdIn(text, publicUrl) !== undefined",
    "isInlineFile(text)",
  ),
  one(
    "P25",
    "an upload's bytes are not checked",
    storeFiles,
    "const image = readImage(file.bytes, file.contentType === UNKNOWN_TYPE ? undefined : file.contentType);",
    "const image: InlineFile | string = file;",
  ),
  one(
    "P25",
    "type and length are not signed into an upload's URL",
    "lambdas/aws/presign.ts",
    "allHeaders: true,",
    "allHeaders: false,",
    ["test/unit/aws/presign.test.ts"],
  ),
];
