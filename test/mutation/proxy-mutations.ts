import { type Mutation, one, two } from "./mutation.ts";

const falAnswer = "lambdas/proxy/answer.ts";
const submit = "lambdas/proxy/submit.ts";
const falOptions = "lambdas/proxy/options.ts";
const target = "lambdas/proxy/target.ts";
const status = "lambdas/proxy/status.ts";
const checkSoon = "lambdas/proxy/look-soon.ts";
const followStatus = "lambdas/proxy/follow-status.ts";
const proxyRead = "lambdas/proxy/read.ts";
const proxyWrite = "lambdas/proxy/write.ts";
const falForm = "lambdas/fal/fal-form.ts";
const deliverJob = "lambdas/deliver/deliver-job.ts";

/** Of the proxy for fal's own client, and of callbacks in fal's form. */
export const proxyMutations: readonly Mutation[] = [
  one(
    "P16",
    "a job that may be on record is answered with a status that fal's client repeats",
    falAnswer,
    "return falAnswer(isRecordedPerhaps ? 500 : status,",
    "return falAnswer(status,",
  ),
  one(
    "P16",
    "fal's client repeats itself for as long as the budget is used up",
    falAnswer,
    "return falAnswer(403, { detail: message }, headers);",
    "return falAnswer(429, { detail: message }, headers);",
  ),
  one(
    "P16",
    "the key of fal's client is not heeded",
    submit,
    "makeJob(service, owner, idempotencyKey(request), parsed,",
    "makeJob(service, owner, undefined, parsed,",
  ),
  one(
    "truth",
    "what fal refuses at its door is taken all the same",
    submit,
    "refusalAtOnce(job) ? falResult(job) :",
    "refusalAtOnce(job) && !job.id ? falResult(job) :",
  ),
  one(
    "truth",
    "a start timeout may be of any length",
    falOptions,
    " && Number(text) <= FAL_START_TIMEOUT_MAX_SECONDS",
    "",
  ),
  one(
    "truth",
    "options that are wrong are passed over",
    submit,
    'if (!("errors" in parsed) && !("errors" in options))',
    'if (!("errors" in parsed))',
  ),
  one(
    "trust",
    "anybody's job is told of and canceled",
    "lambdas/http/owned-job.ts",
    "return job?.owner === owner ? job : undefined;",
    "return owner ? job : undefined;",
  ),
  one("trust", "a job is read under any model's name", proxyRead, " || appOf(job.endpoint) !== target.app)", ")"),
  one("trust", "a job is canceled under any model's name", proxyWrite, " || appOf(job.endpoint) !== app)", ")"),
  one(
    "trust",
    "the proxy takes any endpoint to the table's door",
    submit,
    "if (!service.endpoints.includes(endpoint)) {",
    'if (endpoint === "") {',
  ),
  one("trust", "any host is fal's queue", target, "if (url.origin !== QUEUE_ORIGIN) return undefined;", ""),
  one("trust", "any host is fal's storage", target, "rest\\.(?:alpha\\.)?fal\\.ai", "[^/]+"),
  one(
    "trust",
    "a target may bring credentials",
    target,
    'url && url.username === "" && url.password === "" ?',
    "url ?",
  ),
  one("truth", "any method will do", target, "return request.method === method ?", "return method ?"),
  one(
    "truth",
    "requests are known below their model's name, too",
    target,
    "if (path !== undefined) return { refusal: notAllowed() };",
    "",
  ),
  one(
    "truth",
    "COMPLETED is said before the job has settled",
    status,
    'if (!isOpen(job)) return "COMPLETED";',
    'if (!isOpen(job) || falStatus?.status === "COMPLETED") return "COMPLETED";',
  ),
  one(
    "truth",
    "a status is 200 throughout",
    proxyRead,
    "status: isOpen(job) ? 202 : 200",
    "status: isOpen(job) ? 200 : 200",
  ),
  one(
    "P7",
    "a reader cuts leases short",
    checkSoon,
    "|| (job.check_due ?? at) <= at + SWEEP_LEASE_MS) return;",
    ") return;",
  ),
  one(
    "P7",
    "a reader has every job looked at at once",
    checkSoon,
    'const isAhead = isOpen(job) && falStatus?.status === "COMPLETED";',
    "const isAhead = isOpen(job) && falStatus !== undefined;",
  ),
  one(
    "P7",
    "a reader writes over what another wrote meanwhile",
    "lambdas/table/jobs.ts",
    'return written.outcome === "written" ? next : undefined;',
    'return written.outcome === "written" ? next : ((await table.replace({ ...moved, version: (written.current?.version ?? 0) + 1, write_id: newWriteId() })) && next);',
  ),
  one(
    "promise 1",
    "a lost webhook is waited for although fal says that it has finished",
    proxyRead,
    "await checkSoon(service, job, falStatus);",
    "",
  ),
  one(
    "promise 1",
    "a stream waits for a lost webhook although fal says that it has finished",
    followStatus,
    "await checkSoon(service, current, falStatus);",
    "",
  ),
  one(
    "truth",
    "a cancellation is promised and not noted",
    proxyWrite,
    "isOpen(job) ? await requestCancellation(service, job) : job",
    "job",
  ),
  one(
    "truth",
    "a cancellation that comes too late is promised",
    proxyWrite,
    'const isTooLate = !isOpen(job) || current.fal_cancel === "too_late" || endedOtherwise;',
    "const isTooLate = endedOtherwise && job.version < 0;",
  ),
  one("truth", "canceled is not fal's 499", falForm, "ofMachinery(499,", "ofMachinery(500,"),
  one(
    "truth",
    "a late video is withheld from fal's clients",
    falForm,
    "const result = job.result ?? job.late_result;",
    "const result = job.result;",
  ),
  one(
    "truth",
    "a start timeout is not fal's 504",
    falForm,
    'if (code === "start_timeout" || code === "deadline_exceeded") {',
    'if (code === "deadline_exceeded") {',
  ),
  one(
    "truth",
    "the model's own status of a failure is not told",
    falForm,
    "fal_status ?? STATUS_BY_CODE[code] ?? 500",
    "STATUS_BY_CODE[code] ?? 500",
  ),
  one(
    "P21",
    "a callback in fal's form is rendered anew each time",
    deliverJob,
    "unpack(delivery.callback_body ?? delivery.body)",
    "unpack(packCallback(job) ?? delivery.body)",
  ),
  one(
    "P21",
    "what was rendered in fal's form is not kept",
    "lambdas/job/delivering.ts",
    "{ body, callback_body: callbackBody }",
    "{ body }",
  ),
  one(
    "truth",
    "every callback is in fal's form",
    "lambdas/deliver/event-body.ts",
    'job.callback_format === "fal" ?',
    "job.callback_url ?",
  ),
  two("truth", "the event bus is told in fal's form", [
    {
      file: deliverJob,
      find: "const event = unpack(claimed.delivery.body);",
      replace: "const event = unpack(claimed.delivery.callback_body ?? claimed.delivery.body);",
    },
  ]),
  one(
    "P22",
    "callbacks in fal's form carry the row",
    falForm,
    "{ ...common, payload: body };",
    "{ ...job, ...common, payload: body };",
  ),
  one(
    "truth",
    "callbacks in fal's form name fal's request",
    falForm,
    "id: job.id,\n    request_id: job.id,",
    "id: job.id,\n    request_id: job.request_id ?? job.id,",
  ),
  one(
    "truth",
    "a callback in fal's form names a video that has no URL of fal's",
    falForm,
    "return isInlineResult(job)\n",
    "return isInlineResult(job) && !isSuccess\n",
  ),
  one(
    "P25",
    "an upload of fal's client is nobody's",
    proxyWrite,
    "permitUpload(service, owner,",
    'permitUpload(service, "anybody",',
  ),
  one(
    "P25",
    "an upload of fal's client takes any type",
    proxyWrite,
    '{ "content-type": content_type });',
    "content_type ? {} : {});",
  ),
  one(
    "truth",
    "a video's bytes are encoded piece by piece",
    "lambdas/proxy/result.ts",
    "bytes.length - (bytes.length % BASE64_UNIT_BYTES)",
    "bytes.length",
  ),
  one(
    "truth",
    "a stream tells each line with every status",
    followStatus,
    "Math.max(sentLines, linesOf(falStatus).length)",
    "sentLines",
  ),
  one("truth", "a stream goes on after COMPLETED", followStatus, "if (!isOpen(current) || service", "if (service"),
];
