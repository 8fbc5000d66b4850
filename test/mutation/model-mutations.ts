import { type Mutation, one, two } from "./mutation.ts";

const attempt = "lambdas/submit/attempt.ts";
const storeFiles = "lambdas/submit/store-files.ts";
const fingerprint = "lambdas/contract/fingerprint.ts";
const passThrough = "lambdas/contract/models/pass-through.ts";
const outcome = "lambdas/fal/outcome.ts";
const lookAfterSubmission = "lambdas/sweep/look-after-submission.ts";
const findSubmission = "lambdas/sweep/find-submission.ts";

/** Mutations of several models and their inputs, start timeouts and fal options. */
export const modelMutations: readonly Mutation[] = [
  one(
    "P16",
    "the fingerprint includes only the type of an inline file",
    fingerprint,
    "digest(contentType, bytes)",
    "digest(contentType)",
  ),
  one(
    "P16",
    "the fingerprint ignores the endpoint",
    fingerprint,
    "{ ...request, input",
    '{ ...request, endpoint: "", input',
  ),
  one(
    "P12",
    "fal may start a job until its deadline, and the caller's start timeout is ignored",
    attempt,
    "(startBy(job) - now) / 1000",
    "(job.deadline_at - now) / 1000",
  ),
  one(
    "P12",
    "a job is sent when it is too late",
    attempt,
    "if (now >= startBy(job) || !hasTimeToPost(answerBy, now))",
    "if (!hasTimeToPost(answerBy, now))",
  ),
  one(
    "P12",
    "the caller's start timeout is ignored",
    "lambdas/job/deadlines.ts",
    "return Math.min(deadline_at, Date.parse(created_at) + seconds * 1000);",
    "return Math.min(deadline_at, Date.parse(created_at) + seconds * 1e9);",
  ),
  one(
    "P12",
    "a job that can no longer start in time waits for its deadline",
    lookAfterSubmission,
    "(isUnconfirmed(job) ? job.deadline_at : sendableUntil(job))",
    "job.deadline_at",
  ),
  one(
    "truth",
    "a start timeout is reported as a deadline",
    lookAfterSubmission,
    "now >= job.deadline_at\n      ?",
    "now > 0\n      ?",
  ),
  one("truth", "the caller's options are not sent to fal", attempt, "options: job.fal_options,", ""),
  one(
    "truth",
    "a retry drops the caller's options",
    "lambdas/routes/retry-job.ts",
    "...callback, fal_options, deadline_seconds };",
    "...callback, deadline_seconds };",
  ),
  one(
    "truth",
    "the installation cannot forbid fal's fallbacks",
    "lambdas/fal/client.ts",
    "...((routing.disablesFallbacks || disable_fallbacks) && NO_FALLBACKS),",
    "...(disable_fallbacks && NO_FALLBACKS),",
  ),
  one(
    "truth",
    "the caller cannot forbid fal's retries",
    "lambdas/fal/client.ts",
    "...((routing.noRetry || no_retry) &&",
    "...(routing.noRetry &&",
  ),
  one(
    "truth",
    "what fal says about the endpoint that ran is lost",
    "lambdas/fal/outcome.ts",
    ", ...endpointIn(ranOn) };",
    " };",
  ),
  one(
    "truth",
    "the installation's media lifetime overrides the caller's",
    "lambdas/fal/client.ts",
    "...(!options.object_lifecycle && lifetime(",
    "...(lifetime(",
  ),
  one(
    "trust",
    "jobs run on any endpoint",
    "lambdas/contract/job-request.ts",
    "z._default(z.enum(offer.endpoints), first)",
    "z._default(z.string(), first)",
  ),
  one(
    "truth",
    "the model's other output is lost when its video is archived",
    "lambdas/job/archiving.ts",
    "{ ...before, video: { ...before.video, ...file } }",
    "{ video: { ...before.video, ...file } }",
  ),
  one(
    "P4",
    "the model's other output is unlimited",
    outcome,
    "> EXTRA_OUTPUT_MAX_BYTES ?",
    "> 1000 * EXTRA_OUTPUT_MAX_BYTES ?",
  ),
  one(
    "P4",
    "the model's other output is stored unchecked",
    outcome,
    "const kept = storable(all);",
    "const kept: unknown = all;",
  ),
  one(
    "P25",
    "a job's uploads are looked for with another owner",
    storeFiles,
    "service.readUpload(uploadKey(owner, id))",
    "service.readUpload(uploadKey(id, id))",
  ),
  one(
    "P25",
    "a deletion looks for uploads with another owner",
    storeFiles,
    "uploadIds.map((id) => uploadKey(job.owner, id))",
    "uploadIds.map((id) => uploadKey(job.id, id))",
  ),
  one(
    "P3",
    "a deletion removes only one of several uploads",
    "lambdas/routes/delete-job.ts",
    "const uploads = job.upload_keys ?? [];",
    "const uploads = (job.upload_keys ?? []).slice(0, 1);",
  ),
  one(
    "P11",
    "deeply nested files of an input stay in the row",
    "lambdas/contract/input-file.ts",
    "?? textsIn(input);",
    "?? [...textsIn(input)].filter(({ path }) => path.length < 2);",
  ),
  one("P11", "two files of a job have the same name", storeFiles, 'index || ""', 'index < 0 || ""'),
  two("P13", "one endpoint's history is used for all endpoints", [
    { file: findSubmission, find: "histories.get(job.endpoint)", replace: 'histories.get("")' },
    { file: findSubmission, find: "histories.set(endpoint, history", replace: 'histories.set("", history' },
  ]),
  one(
    "limits",
    "a passed-through input may have any size",
    passThrough,
    "if (bytesWithout(input, isInlineFile) > PASSED_INPUT_MAX_BYTES)",
    "if (bytes > 1000 * PASSED_INPUT_MAX_BYTES)",
  ),
  one(
    "limits",
    "a passed-through input may have any depth",
    passThrough,
    "if (isTooDeep(input, PASSED_INPUT_MAX_DEPTH))",
    "if (isTooDeep(input, 1000 * PASSED_INPUT_MAX_DEPTH))",
  ),
  one(
    "limits",
    "a passed-through input may contain any number of files",
    passThrough,
    ".length > JOB_FILES_MAX)",
    ".length > 1000 * JOB_FILES_MAX)",
  ),
  one(
    "limits",
    "a job may name any number of uploads",
    storeFiles,
    "if (each.length > JOB_FILES_MAX) throw",
    "if (each.length > 1000 * JOB_FILES_MAX) throw",
  ),
  one(
    "limits",
    "an input that the table cannot store is passed through",
    passThrough,
    "return isStorable(input) ?",
    "return input ?",
  ),
];
