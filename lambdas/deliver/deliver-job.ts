import type { Publish } from "../aws/event-bus.ts";
import { callbackDelayMs } from "../job/backoff.ts";
import { iso } from "../job/deadlines.ts";
import type { Delivery, DeliveryEntry, Job } from "../job/job.ts";
import { CALLBACK_DELAYS_MS, CALLBACK_RETRY_TIMEOUT_MS, CALLBACK_TIMEOUT_MS, SWEEP_LEASE_MS } from "../limits.ts";
import { logError, logWarning } from "../log.ts";
import { countMetric } from "../metrics.ts";
import type { Jobs } from "../table/jobs.ts";
import type { TypicalDuration } from "../table/typical-duration.ts";
import type { CallbackSecrets } from "./callback-secrets.ts";
import { eventType, packCallback, packEvent, unpack } from "./event-body.ts";
import type { PostCallback } from "./post-callback.ts";
import { countSettled } from "./settled-metrics.ts";
import { callbackHeaders } from "./sign-callback.ts";

export interface Deliverer {
  readonly jobs: Jobs;
  readonly postCallback: PostCallback;
  readonly publish: Publish;
  /** The secrets that now sign an owner's callbacks. */
  readonly secretsOf: (owner: string) => Promise<CallbackSecrets>;
  readonly typicalDuration: Pick<TypicalDuration, "learn">;
  readonly publicUrl: string;
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** From 0 to 1. */
  readonly random: () => number;
}

/** The outcome of one POST, and whether it was the last. */
interface CallbackResult {
  readonly entry?: DeliveryEntry;
  readonly ended: Delivery["ended"];
  readonly retryAfterMs: number;
}

/**
 * Delivers a job's final event to the account's event bus and to the caller. The claim counts the attempt and renders
 * the event if it is not rendered yet, and its lease prevents a second delivery at the same time (rule P7). Failed
 * deliveries are retried later, unchanged and under the same id (rule P21). The job's status does not change.
 * Returns false if another writer changed the row first.
 */
export async function deliverJob(service: Deliverer, job: Job): Promise<boolean> {
  const { body, callback_body: callbackBody } = job.delivery ?? {
    body: packEvent(job, service.publicUrl),
    callback_body: packCallback(job),
  };
  const lookAt = service.now() + SWEEP_LEASE_MS;
  const claimed = await service.jobs.claim(job, "deliver", { type: "delivery_claimed", lookAt, body, callbackBody });
  if (claimed?.delivery === undefined) return false;
  if (isFirst(claimed.delivery)) countSettled(claimed);
  const event = unpack(claimed.delivery.body);
  const [isPublished, result] = await Promise.all([
    publishOnce(service, claimed, claimed.delivery, event),
    sendCallback(service, claimed, claimed.delivery),
    isFirst(claimed.delivery) ? service.typicalDuration.learn(claimed) : undefined,
  ]);
  const retryAt = nextAttemptAt(service, claimed, claimed.delivery, isPublished, result);
  const { entry } = result;
  const ended =
    retryAt === undefined && !result.ended && claimed.callback_url !== undefined ? "exhausted" : result.ended;
  if (retryAt === undefined && !isPublished) giveUp(claimed, "EventGivenUp");
  if (retryAt === undefined && ended === "exhausted") giveUp(claimed, "CallbackGivenUp");
  const { round, leased_until: lease } = claimed.delivery;
  const step = { type: "delivery_attempted", round, lease, entry, isPublished, ended, retryAt } as const;
  await service.jobs.advance(claimed, "deliver", step);
  return true;
}

function isFirst({ attempts, round }: Delivery): boolean {
  return attempts === 1 && round === undefined;
}

async function publishOnce(service: Deliverer, job: Job, delivery: Delivery, event: string): Promise<boolean> {
  if (delivery.is_published) return true;
  try {
    await service.publish(eventType(job), event);
    return true;
  } catch (error) {
    logError("an event could not be published", error, { job_id: job.id });
    return false;
  }
}

async function sendCallback(service: Deliverer, job: Job, delivery: Delivery): Promise<CallbackResult> {
  if (job.callback_url === undefined || delivery.ended !== undefined) return { ended: delivery.ended, retryAfterMs: 0 };
  const at = service.now();
  const body = unpack(delivery.callback_body ?? delivery.body);
  const headers = {
    ...callbackHeaders(`${job.id}.${eventType(job)}`, at, body, await service.secretsOf(job.owner)),
    ...(job.traceparent !== undefined && { traceparent: job.traceparent }),
  };
  const {
    status,
    error,
    retryAfterMs = 0,
  } = await service.postCallback(job.callback_url, headers, body, timeoutMs(job));
  const isAccepted = status !== undefined && status >= 200 && status < 300;
  if (isAccepted) countMetric("CallbackDelivered", { job_id: job.id });
  const reason = error ?? (isAccepted ? undefined : `the receiver returned ${status}`);
  if (reason !== undefined)
    logWarning("a callback was not accepted", { job_id: job.id, attempt: delivery.attempts, reason });
  const entry = { attempt: delivery.attempts, at: iso(at), status, latency_ms: service.now() - at, error: reason };
  return { entry, ended: isAccepted ? "delivered" : status === 410 ? "gone" : undefined, retryAfterMs };
}

/** A receiver that did not respond to the attempt before gets less time (rule P30). */
function timeoutMs({ delivery, deliveries }: Job): number {
  const isRetry = (delivery?.attempts ?? 0) > 1;
  return isRetry && deliveries?.at(-1)?.status === undefined ? CALLBACK_RETRY_TIMEOUT_MS : CALLBACK_TIMEOUT_MS;
}

/**
 * When to try again: after the attempt's own delay, and not before the receiver's `Retry-After`. Undefined if
 * everything is delivered, no attempts are left, or the job would be deleted by then (rule P9).
 */
function nextAttemptAt(
  service: Deliverer,
  { expires_at = Number.POSITIVE_INFINITY }: Job,
  { attempts }: Delivery,
  isPublished: boolean,
  { entry, ended, retryAfterMs }: CallbackResult,
): number | undefined {
  const isCallbackDone = entry === undefined || ended !== undefined;
  if ((isPublished && isCallbackDone) || attempts > CALLBACK_DELAYS_MS.length) return undefined;
  const retryAt = service.now() + callbackDelayMs(attempts, service.random(), retryAfterMs);
  return retryAt < expires_at * 1000 ? retryAt : undefined;
}

function giveUp(job: Job, metric: "EventGivenUp" | "CallbackGivenUp"): void {
  logWarning("a job's final event could not be delivered and was given up", { job_id: job.id, metric });
  countMetric(metric, { job_id: job.id });
  if (job.status === "succeeded") countMetric("PaidNotDelivered", { job_id: job.id });
}
