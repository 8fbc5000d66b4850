import { type Mutation, one } from "./mutation.ts";

const blindSettle = "lambdas/table/blind-settle.ts";
const write = "lambdas/job/write.ts";
const lookAfter = "lambdas/sweep/look-after.ts";
const archiving = "lambdas/job/archiving.ts";
const deliverJob = "lambdas/deliver/deliver-job.ts";
const delivering = "lambdas/job/delivering.ts";

/** Mutations of callbacks and bus events about how a job ended. */
export const tellingMutations: readonly Mutation[] = [
  one(
    "P6",
    "a settlement makes no delivery due",
    write,
    "return { archive_due, deliver_due };",
    "return { archive_due, ...(deliver_due < 0 && { deliver_due }) };",
  ),
  one(
    "P6",
    "a webhook's settlement makes no delivery due",
    blindSettle,
    "...followUp(settle, { result: settle.result }, settle.policy),",
    "archive_due: followUp(settle, { result: settle.result }, settle.policy).archive_due,",
  ),
  one(
    "P6",
    "due_at ignores deliver_due",
    "lambdas/job/due.ts",
    "facts.archive_due, facts.deliver_due]",
    "facts.archive_due]",
  ),
  one(
    "P6",
    "a callback that was not accepted is never retried",
    delivering,
    "{ deliver_due: retryAt,",
    "{ deliver_due: undefined,",
  ),
  one("promise 1", "the sweep does not deliver events", lookAfter, 'await deliverJob(service, job, "sweep");', ""),
  one(
    "P7",
    "an event is delivered although the claim was lost",
    deliverJob,
    'const claimed = await service.jobs.claim(job, by, { type: "delivery_claimed", lookAt, body, callbackBody });',
    'const claimed = (await service.jobs.claim(job, by, { type: "delivery_claimed", lookAt, body, callbackBody })) ?? { ...job, delivery: { attempts: 1, body } };',
  ),
  one(
    "P7",
    "a delivery's lease ends before its work",
    deliverJob,
    "lookAt = service.now() + SWEEP_LEASE_MS;",
    "lookAt = service.now() + 1000;",
  ),
  one(
    "P7",
    "the claim of a delivery does not count the attempt",
    delivering,
    "(delivery?.attempts ?? 0) + 1",
    "delivery?.attempts ?? 1",
  ),
  one(
    "P7",
    "the stream delivers what is already being delivered",
    "lambdas/deliver/from-stream.ts",
    "job.deliver_due !== undefined && isFirst && !isWaiting",
    "job.deliver_due !== undefined && (isFirst || job.delivery) && !isWaiting",
  ),
  one(
    "P21",
    "the stream does not wait for the video",
    "lambdas/deliver/from-stream.ts",
    "isFirst && !isWaiting)",
    "isFirst)",
    ["test/unit/deliver"],
  ),
  one(
    "P21",
    "a callback does not wait for the video",
    write,
    "archive_due === undefined ? event.at :",
    "archive_due !== 0 ? event.at :",
  ),
  one(
    "P21",
    "a callback still waits after the video is archived",
    archiving,
    "isWaiting ? Math.min(deliver_due, at) :",
    "isWaiting ? deliver_due :",
  ),
  one(
    "P21",
    "the event is rendered again for each attempt",
    deliverJob,
    "const event = unpack(claimed.delivery.body);",
    "const event = unpack(packEvent(claimed, service.publicUrl));",
  ),
  one(
    "P21",
    "each attempt has a webhook-id of its own",
    deliverJob,
    // biome-ignore lint/suspicious/noTemplateCurlyInString: it is code.
    "`${job.id}.${eventType(job)}`",
    // biome-ignore lint/suspicious/noTemplateCurlyInString: it is code.
    "`${job.id}.${eventType(job)}.${delivery.attempts}`",
  ),
  one(
    "truth",
    "a delivery changes the state",
    delivering,
    "return withDue(job, due, { deliveries,",
    'return withDue(job, due, { status: "failed", deliveries,',
  ),
  one(
    "truth",
    "an accepted callback is sent again when the bus failed",
    deliverJob,
    "job.callback_url === undefined || delivery.ended !== undefined)",
    "job.callback_url === undefined)",
  ),
  one(
    "truth",
    "an event is published again with each callback attempt",
    deliverJob,
    "if (delivery.is_published) return true;",
    "",
  ),
  one("truth", "a redirect counts as accepted", deliverJob, "status < 300;", "status < 400;"),
  one("truth", "410 does not stop callbacks", deliverJob, 'status === 410 ? "gone"', 'status === 411 ? "gone"'),
  one(
    "truth",
    "every retry comes as soon as the first",
    "lambdas/job/backoff.ts",
    "CALLBACK_DELAYS_MS[Math.max(0, attemptNumber - 1)] ??",
    "CALLBACK_DELAYS_MS[Math.max(0, attemptNumber - 99)] ??",
  ),
  one(
    "truth",
    "a receiver's Retry-After is ignored",
    deliverJob,
    "callbackDelayMs(attempts, service.random(), retryAfterMs)",
    "callbackDelayMs(attempts, service.random(), 0)",
  ),
  one(
    "promise 1",
    "a receiver is given up after an hour",
    deliverJob,
    "attempts > CALLBACK_DELAYS_MS.length",
    "attempts > CALLBACK_DELAYS_MS.length / 2",
  ),
  one(
    "truth",
    "a receiver is never given up",
    deliverJob,
    " || attempts > CALLBACK_DELAYS_MS.length) return",
    ") return",
  ),
  one("P4", "the delivery log is not bounded", delivering, ".slice(-DELIVERIES_MAX_ENTRIES)", ""),
  one(
    "P8",
    "a receiver that does not answer is contacted again in the same sweep",
    lookAfter,
    "context.slowHosts.add(",
    "context.slowHosts.delete(",
    ["test/unit/sweep"],
  ),
  one("truth", "a redelivery does not clear the earlier acceptance", delivering, "+ 1, ended: undefined };", "+ 1 };"),
  one(
    "P7",
    "a redelivery does not wait for the attempt in progress",
    delivering,
    "Math.max(at, delivery.leased_until ?? at)",
    "at",
  ),
  one(
    "truth",
    "an open job is redelivered",
    "lambdas/routes/redeliver-job.ts",
    "if (isOpen(job))",
    "if (isOpen(job) && job.version < 0)",
  ),
  one(
    "P22",
    "callbacks contain fields that the API does not show",
    "lambdas/deliver/event-body.ts",
    "data: publicJob(job, publicUrl) };",
    "data: { ...job, ...publicJob(job, publicUrl) } };",
  ),
  one(
    "truth",
    "fields are shown in whatever order the table returns them",
    "lambdas/contract/public-job.ts",
    "error: job.error && publicError(job.error),",
    "error: job.error,",
  ),
  one(
    "P4",
    "an error message repeats the caller's input",
    "lambdas/fal/reason.ts",
    'repeats(plain, each.text)) ? "" : plain;',
    "repeats(plain, each.text)) ? plain : plain;",
  ),
];
