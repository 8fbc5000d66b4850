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

/** Mutations of the proxy for fal's own client, and of callbacks in fal's format. */
export const proxyMutations: readonly Mutation[] = [
  one(
    "P16",
    "a job that may be recorded is answered with a status that fal's client retries",
    falAnswer,
    "return falAnswer(isRecordedPerhaps ? 500 : status,",
    "return falAnswer(status,",
  ),
  one(
    "P16",
    "fal's client keeps retrying while the budget is used up",
    falAnswer,
    "return falAnswer(403, { detail: message }, headers);",
    "return falAnswer(429, { detail: message }, headers);",
  ),
  one(
    "P16",
    "the Idempotency-Key of fal's client is ignored",
    submit,
    "makeJob(service, owner, idempotencyKey(request), parsed,",
    "makeJob(service, owner, undefined, parsed,",
  ),
  one(
    "truth",
    "input that fal rejects immediately is accepted",
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
    "the other name of the header about fallbacks is ignored",
    falOptions,
    ' ?? isOn(headers["x-app-fal-disable-fallback"])',
    "",
  ),
  one(
    "truth",
    "a header that says 0 counts as on",
    falOptions,
    "return text !== undefined && ON.includes(text.toLowerCase()) ? true : undefined;",
    "return text !== undefined ? true : undefined;",
  ),
  one(
    "truth",
    "invalid options are ignored",
    submit,
    'if (!("errors" in parsed) && !("errors" in options))',
    'if (!("errors" in parsed))',
  ),
  one(
    "trust",
    "any owner's job can be read and canceled",
    "lambdas/http/owned-job.ts",
    "return job?.owner === owner ? job : undefined;",
    "return owner ? job : undefined;",
  ),
  one("trust", "a job can be read under any model's name", proxyRead, " || appOf(job.endpoint) !== target.app)", ")"),
  one("trust", "a job can be canceled under any model's name", proxyWrite, " || appOf(job.endpoint) !== app)", ")"),
  one(
    "trust",
    "the proxy looks up a job under any endpoint",
    submit,
    "if (!service.endpoints.includes(endpoint)) {",
    'if (endpoint === "") {',
  ),
  one("trust", "any host counts as fal's queue", target, "if (url.origin !== QUEUE_ORIGIN) return undefined;", ""),
  one("trust", "any host counts as fal's storage", target, "rest\\.(?:alpha\\.)?fal\\.ai", "[^/]+"),
  one(
    "trust",
    "a target may contain credentials",
    target,
    'url && url.username === "" && url.password === "" ?',
    "url ?",
  ),
  one("truth", "any method is accepted", target, "return request.method === method ?", "return method ?"),
  one(
    "truth",
    "requests are also found under the whole endpoint",
    target,
    "if (path !== undefined) return { refusal: notAllowed() };",
    "",
  ),
  one(
    "truth",
    "COMPLETED is reported before the job has settled",
    status,
    'if (!isOpen(job)) return "COMPLETED";',
    'if (!isOpen(job) || falStatus?.status === "COMPLETED") return "COMPLETED";',
  ),
  one(
    "truth",
    "a status is always 200",
    proxyRead,
    "status: isOpen(job) ? 202 : 200",
    "status: isOpen(job) ? 200 : 200",
  ),
  one(
    "P7",
    "a reader shortens leases",
    checkSoon,
    "|| (job.check_due ?? at) <= at + SWEEP_LEASE_MS) return;",
    ") return;",
  ),
  one(
    "P7",
    "a reader makes every job due for a check immediately",
    checkSoon,
    'const isAhead = isOpen(job) && falStatus?.status === "COMPLETED";',
    "const isAhead = isOpen(job) && falStatus !== undefined;",
  ),
  one(
    "P7",
    "a reader overwrites another writer's change",
    "lambdas/table/jobs.ts",
    'return written.outcome === "written" ? next : undefined;',
    'return written.outcome === "written" ? next : ((await table.replace({ ...moved, version: (written.current?.version ?? 0) + 1, write_id: newWriteId() })) && next);',
  ),
  one(
    "promise 1",
    "a status keeps waiting for a lost webhook although fal has finished",
    proxyRead,
    "await checkSoon(service, job, falStatus);",
    "",
  ),
  one(
    "promise 1",
    "a stream keeps waiting for a lost webhook although fal has finished",
    followStatus,
    "await checkSoon(service, current, falStatus);",
    "",
  ),
  one(
    "truth",
    "a cancellation is confirmed but not recorded",
    proxyWrite,
    "isOpen(job) ? await requestCancellation(service, job) : job",
    "job",
  ),
  one(
    "truth",
    "a cancellation that comes too late is confirmed",
    proxyWrite,
    'const isTooLate = !isOpen(job) || current.fal_cancel === "too_late" || endedOtherwise;',
    "const isTooLate = endedOtherwise && job.version < 0;",
  ),
  one("truth", "canceled is not reported as fal's 499", falForm, "ofMachinery(499,", "ofMachinery(500,"),
  one(
    "truth",
    "a late video is not returned to fal's clients",
    falForm,
    "const result = job.result ?? job.late_result;",
    "const result = job.result;",
  ),
  one(
    "truth",
    "a start timeout is not reported as fal's 504",
    falForm,
    'if (code === "start_timeout" || code === "deadline_exceeded") {',
    'if (code === "deadline_exceeded") {',
  ),
  one(
    "truth",
    "the model's own failure status is not reported",
    falForm,
    "fal_status ?? STATUS_BY_CODE[code] ?? 500",
    "STATUS_BY_CODE[code] ?? 500",
  ),
  one(
    "P21",
    "a callback in fal's format is rendered again for each attempt",
    deliverJob,
    "unpack(delivery.callback_body ?? delivery.body)",
    "unpack(packCallback(job) ?? delivery.body)",
  ),
  one(
    "P21",
    "the body rendered in fal's format is not stored",
    "lambdas/job/delivering.ts",
    "{ body, callback_body: callbackBody }",
    "{ body }",
  ),
  one(
    "truth",
    "every callback is in fal's format",
    "lambdas/deliver/event-body.ts",
    'job.callback_format === "fal" ?',
    "job.callback_url ?",
  ),
  two("truth", "bus events are in fal's format", [
    {
      file: deliverJob,
      find: "const event = unpack(claimed.delivery.body);",
      replace: "const event = unpack(claimed.delivery.callback_body ?? claimed.delivery.body);",
    },
  ]),
  one(
    "P22",
    "callbacks in fal's format contain the row",
    falForm,
    "{ ...common, payload: body };",
    "{ ...job, ...common, payload: body };",
  ),
  one(
    "truth",
    "callbacks in fal's format contain fal's request id",
    falForm,
    "id: job.id,\n    request_id: job.id,",
    "id: job.id,\n    request_id: job.request_id ?? job.id,",
  ),
  one(
    "truth",
    "a callback in fal's format links to a video without a fal URL",
    falForm,
    "return isInlineResult(job)\n",
    "return isInlineResult(job) && !isSuccess\n",
  ),
  one(
    "P25",
    "an upload of fal's client has no owner",
    proxyWrite,
    "permitUpload(service, owner,",
    'permitUpload(service, "anybody",',
  ),
  one(
    "P25",
    "an upload of fal's client accepts any type",
    proxyWrite,
    '{ "content-type": content_type });',
    "content_type ? {} : {});",
  ),
  one(
    "truth",
    "a video's chunks are base64-encoded separately",
    "lambdas/proxy/result.ts",
    "bytes.length - (bytes.length % BASE64_UNIT_BYTES)",
    "bytes.length",
  ),
  one(
    "truth",
    "a stream repeats all log lines with every status",
    followStatus,
    "Math.max(sentLines, linesOf(falStatus).length)",
    "sentLines",
  ),
  one("truth", "a stream continues after COMPLETED", followStatus, "if (!isOpen(current) || service", "if (service"),
];
