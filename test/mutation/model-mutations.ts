import { type Mutation, one, two } from "./mutation.ts";

const attempt = "lambdas/submit/attempt.ts";
const storeFiles = "lambdas/submit/store-files.ts";
const fingerprint = "lambdas/contract/fingerprint.ts";
const passThrough = "lambdas/contract/models/pass-through.ts";
const outcome = "lambdas/fal/outcome.ts";
const lookAfterSubmission = "lambdas/sweep/look-after-submission.ts";
const findSubmission = "lambdas/sweep/find-submission.ts";

/** Of several models and their inputs, start timeouts and how fal is to run a request. */
export const modelMutations: readonly Mutation[] = [
  one(
    "P16",
    "of an inline file only the type counts for its fingerprint",
    fingerprint,
    "digest(contentType, bytes)",
    "digest(contentType)",
  ),
  one(
    "P16",
    "the endpoint is no part of the fingerprint",
    fingerprint,
    "{ ...request, input",
    '{ ...request, endpoint: "", input',
  ),
  one(
    "P12",
    "fal may start a job until its deadline, whatever its caller says",
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
    "the caller's start timeout does not count",
    "lambdas/job/deadlines.ts",
    "return Math.min(deadline_at, Date.parse(created_at) + seconds * 1000);",
    "return Math.min(deadline_at, Date.parse(created_at) + seconds * 1e9);",
  ),
  one(
    "P12",
    "what can no longer be started in time waits for its deadline",
    lookAfterSubmission,
    "(isUnconfirmed(job) ? job.deadline_at : sendableUntil(job))",
    "job.deadline_at",
  ),
  one(
    "truth",
    "a start timeout is called a deadline",
    lookAfterSubmission,
    "now >= job.deadline_at\n      ?",
    "now > 0\n      ?",
  ),
  one("truth", "fal is not told how to run a request", attempt, "options: job.fal_options,", ""),
  one(
    "truth",
    "a retry forgets how fal is to run it",
    "lambdas/routes/retry-job.ts",
    "callback_url, callback_format, fal_options, deadline_seconds };",
    "callback_url, callback_format, deadline_seconds };",
  ),
  one(
    "truth",
    "the installation's media lifetime stands before the caller's",
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
    "what a model tells beside its video is lost when that is kept",
    "lambdas/job/archiving.ts",
    "{ ...before, video: { ...before.video, ...file } }",
    "{ video: { ...before.video, ...file } }",
  ),
  one(
    "P4",
    "a model may tell as much as it likes",
    outcome,
    "> EXTRA_OUTPUT_MAX_BYTES ?",
    "> 1000 * EXTRA_OUTPUT_MAX_BYTES ?",
  ),
  one(
    "P4",
    "what a model tells is stored as it comes",
    outcome,
    "const kept = storable({ ...others",
    "const kept: unknown = ({ ...others",
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
    "uploadIds.map((id) => uploadKey(order.owner, id))",
    "uploadIds.map((id) => uploadKey(order.id, id))",
  ),
  one(
    "P3",
    "of several uploads a deletion leaves all but one",
    "lambdas/routes/delete-job.ts",
    "const uploads = job.upload_keys ?? [];",
    "const uploads = (job.upload_keys ?? []).slice(0, 1);",
  ),
  one(
    "P11",
    "files that lie deep in an input stay in the row",
    "lambdas/contract/input-file.ts",
    "?? textsIn(input);",
    "?? [...textsIn(input)].filter(({ path }) => path.length < 2);",
  ),
  one("P11", "two files of a job go by one name", storeFiles, 'index || ""', 'index < 0 || ""'),
  two("P13", "one endpoint's history serves all", [
    { file: findSubmission, find: "histories.get(endpoint)", replace: 'histories.get("")' },
    { file: findSubmission, find: "histories.set(endpoint, history)", replace: 'histories.set("", history)' },
  ]),
  one(
    "limits",
    "an input that is passed through may be of any size",
    passThrough,
    "if (bytes > PASSED_INPUT_MAX_BYTES)",
    "if (bytes > 1000 * PASSED_INPUT_MAX_BYTES)",
  ),
  one(
    "limits",
    "an input that is passed through may be of any depth",
    passThrough,
    "if (isTooDeep(input, PASSED_INPUT_MAX_DEPTH))",
    "if (isTooDeep(input, 1000 * PASSED_INPUT_MAX_DEPTH))",
  ),
  one(
    "limits",
    "an input that is passed through may hold any number of files",
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
    "an input that the table cannot hold is passed through",
    passThrough,
    "return isStorable(input)\n",
    "return input\n",
  ),
];
