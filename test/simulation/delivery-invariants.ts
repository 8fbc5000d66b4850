import { type DeliveryEntry, isOpen, type Job, videoOf } from "../../lambdas/job/job.ts";
import {
  CALLBACK_DELAYS_MS,
  CALLBACK_WAITS_FOR_ARCHIVE_MS,
  DELIVERIES_MAX_ENTRIES,
  RETRY_AFTER_MAX_MS,
} from "../../lambdas/limits.ts";
import { BrokenPromise, demand, type State } from "./demand.ts";
import type { BusEvent } from "./event-bus.ts";
import { cameInline } from "./media-invariants.ts";
import type { Callback } from "./receivers.ts";
import { isTombstone, type Row } from "./table.ts";

const secondMs = 1000;
/** A lease is longer than the sweep, the slowest function that holds one. */
const LEASE_MIN_MS = 90 * secondMs;
/** The longest time between a claim and what it sends, with clocks that differ. */
const UNDER_WAY_MS = 15 * secondMs;
/** The longest time that a caller's request takes. */
const API_TIMEOUT_MS = 30 * secondMs;

/** Checks every callback as it is sent. */
export function checkCallback(state: State, callback: Callback): void {
  const { jobId, webhookId, url } = callback;
  const job = checkTold(state, callback, callback.body);
  if (job === undefined) return;
  demand(isFalsForm(callback.body) === (job.callback_format === "fal"), "a callback has another format", job);
  demand(webhookId === `${jobId}.job.${job.status}`, "P21: a callback has another webhook-id", job);
  demand(url === job.callback_url, "a callback goes to another URL", job);
  demand(job.delivery?.ended === undefined, `retried after it was ${job.delivery?.ended}`, job);
  const before = state.callbacks.get(jobId)?.at(-1);
  if (before === undefined) return;
  const isOver = before.isRecorded || !before.by.alive || before.by === callback.by;
  demand(isOver || callback.at - before.at > LEASE_MIN_MS - UNDER_WAY_MS, "P7: two deliveries of one job overlap", job);
}

/** Checks every event as it is sent to the bus. */
export function checkEvent(state: State, event: BusEvent): void {
  const job = checkTold(state, event, event.detail);
  if (job === undefined) return;
  demand(!isFalsForm(event.detail), "an event has another format", job);
  demand(event.type === `job.${job.status}`, "an event has another type", job);
  demand(job.delivery?.is_published !== true, "an event is published twice", job);
}

/**
 * Only a delivery that started before the deletion may send a deleted job. For other jobs the body matches the row and
 * never changes (rule P21).
 */
function checkTold(state: State, { jobId, at }: Callback | BusEvent, text: string): Job | undefined {
  const job = state.rows.get(jobId);
  const deletedAt = Date.parse(state.tombstones.get(jobId)?.deleted_at ?? "");
  if (job === undefined && !(at - deletedAt < UNDER_WAY_MS))
    throw new BrokenPromise(`P16: a deleted job is delivered: ${jobId}`);
  const before = [state.callbacks.get(jobId)?.[0]?.body, state.events.get(jobId)?.[0]?.detail];
  if (before.some((told) => told !== undefined && isFalsForm(told) === isFalsForm(text) && told !== text))
    throw new BrokenPromise(`P21: the body has changed: ${jobId}`);
  if (job === undefined) return undefined;
  demand(!isOpen(job), "delivered a job that has not settled", job);
  demand(
    !text.includes("token") && !text.includes("write_id"),
    "P22: the callback contains more than the public job",
    job,
  );
  if (isFalsForm(text)) checkFalsForm(job, text);
  else checkEventForm(job, text);
  return job;
}

/** Checks a callback in fal's format. */
function isFalsForm(text: string): boolean {
  return text.includes('"gateway_request_id"');
}

function checkFalsForm(job: Job, text: string): void {
  const { request_id, status, payload, payload_error } = JSON.parse(text);
  demand(request_id === job.id, "delivered another request", job);
  if (status !== "OK") {
    // A late result arrived after the body was rendered.
    demand(status === "ERROR" && job.status !== "succeeded" && payload.detail, `delivered as ${status}`, job);
    return;
  }
  const isTheVideo = cameInline(job) ? payload === null && payload_error : payload?.video.url === videoOf(job)?.url;
  demand(isTheVideo, "delivered another video", job);
}

function checkEventForm(job: Job, text: string): void {
  const { type, timestamp, data } = JSON.parse(text);
  demand(type === `job.${job.status}` && data.status === job.status, `delivered as ${data.status}`, job);
  demand(timestamp === job.settled_at && data.settled_at === job.settled_at, "delivered another settlement", job);
}

/** Checks the delivery fields in every single write. `skewMs`: the largest clock difference. */
export function checkDeliveryWrite(
  state: State,
  before: Row | undefined,
  after: Row,
  now: number,
  skewMs: number,
): void {
  if (isTombstone(after) || (before !== undefined && isTombstone(before))) return;
  if (isOpen(after)) {
    demand(after.deliver_due === undefined && after.delivery === undefined, "an open job is due for a delivery", after);
    return;
  }
  if (before === undefined || isOpen(before)) {
    const latest = Date.parse(after.settled_at ?? "") + CALLBACK_WAITS_FOR_ARCHIVE_MS;
    demand(
      after.deliver_due !== undefined && after.deliver_due <= latest,
      "P6: a settlement makes no delivery due",
      after,
    );
    return;
  }
  checkKept(before, after);
  const [was, is] = [before.delivery?.attempts ?? 0, after.delivery?.attempts ?? 0];
  if (is > was) checkClaim(before, after, now, skewMs);
  if (JSON.stringify(before.deliveries) !== JSON.stringify(after.deliveries)) checkEntry(state, before, after);
}

function checkKept({ delivery: was }: Job, after: Job): void {
  const { delivery: is, deliveries = [] } = after;
  const isSame = was === undefined || (was.body === is?.body && was.callback_body === is.callback_body);
  demand(isSame, "P21: the event was rendered again", after);
  demand(!was?.is_published || is?.is_published === true, "an event was unpublished", after);
  demand(deliveries.length <= DELIVERIES_MAX_ENTRIES, "P4: the delivery log is too long", after);
}

function checkClaim(before: Job, after: Job, now: number, skewMs: number): void {
  demand(after.delivery?.attempts === (before.delivery?.attempts ?? 0) + 1, "P7: an attempt was not counted", after);
  const isEarly = before.callback_when === "settled" && before.delivery === undefined;
  const since = before.deliver_due ?? Number.POSITIVE_INFINITY;
  demand(isEarly || since <= now + 2 * skewMs, "delivered before it was due", after);
  demand((after.deliver_due ?? 0) >= now + LEASE_MIN_MS, "P7: the lease ends before its work", after);
  const isWaiting = before.delivery === undefined && before.result !== undefined && before.archive_due !== undefined;
  const waitsUntil = Date.parse(before.settled_at ?? "") + CALLBACK_WAITS_FOR_ARCHIVE_MS - skewMs;
  demand(isEarly || !isWaiting || now >= waitsUntil, "P21: delivered before the video was archived", after);
}

/** An entry of the delivery log belongs to a callback that was sent, and what follows matches its answer. */
function checkEntry(state: State, before: Job, after: Job): void {
  const entry = after.deliveries?.at(-1);
  const unrecorded = state.callbacks.get(after.id)?.filter(({ isRecorded }) => !isRecorded) ?? [];
  const callback = unrecorded.findLast(({ answer }) => answer?.status === entry?.status);
  demand(entry !== undefined && callback !== undefined, "the log contains a callback that was never sent", after);
  if (entry === undefined || callback === undefined) return;
  callback.isRecorded = true;
  const redeliveries = state.redeliveries.filter(({ jobId }) => jobId === after.id);
  const isNext = entry.attempt > (before.deliveries?.at(-1)?.attempt ?? 0);
  demand(isNext || redeliveries.length > 0, "P7: an attempt was not counted", after);
  // A redelivery that is requested meanwhile is sent immediately.
  if (redeliveries.every(({ askedAt }) => askedAt < callback.at - API_TIMEOUT_MS)) checkNext(after, entry, callback);
}

function checkNext(after: Job, entry: DeliveryEntry, { answer }: Callback): void {
  const expected = isSuccess(entry.status) ? "delivered" : entry.status === 410 ? "gone" : undefined;
  const isLast = entry.attempt > CALLBACK_DELAYS_MS.length;
  const ended = expected ?? (isLast ? "exhausted" : undefined);
  demand(after.delivery?.ended === ended, `after ${entry.status ?? entry.error} it is ${after.delivery?.ended}`, after);
  if (ended !== undefined) return;
  const asked = Math.min(answer?.retryAfterMs ?? 0, RETRY_AFTER_MAX_MS);
  const delayMs = Math.max(CALLBACK_DELAYS_MS[entry.attempt - 1] ?? 0, asked);
  const earliest = Date.parse(entry.at) + entry.latency_ms + delayMs;
  demand((after.deliver_due ?? 0) >= earliest, "retried before its delay", after);
}

function isSuccess(status: number | undefined): boolean {
  return status !== undefined && status >= 200 && status < 300;
}
