import type { SubmitCall } from "../../lambdas/fal/client.ts";
import { isOpen, type Job, videoOf } from "../../lambdas/job/job.ts";
import { START_TIMEOUT_MIN_SECONDS, SWEEP_LEASE_MS } from "../../lambdas/limits.ts";
import type { Answered } from "./answered.ts";
import { BrokenPromise, demand, type State } from "./demand.ts";
import type { FalRequestRecord } from "./fal-request.ts";
import type { ProxyRequest } from "./gateway-requests.ts";
import type { Invocation } from "./scheduler.ts";
import { isTombstone, type Row } from "./table.ts";

const secondMs = 1000;
/** The longest time between a decision and the write that follows from it. */
const UNDER_WAY_MS = 5 * secondMs;

/** A submission as fal's client makes it. */
export interface FalOrder {
  readonly request: ProxyRequest;
  /** Identifies its job. */
  readonly mark: string;
  /** Whether it has an Idempotency-Key of ours. */
  readonly isKeyed: boolean;
  /** False: one of its files is unavailable, so it must be rejected. */
  readonly isUsable: boolean;
  readonly uploads: readonly string[];
}

/** What the answers are checked against. */
export interface Scene {
  readonly state: State;
  /** Nothing fails, so no answer may report a failure. */
  readonly isCalm: boolean;
}

/**
 * Statuses on which fal's client automatically sends a submission again
 * (docs/internals/fal-protocol.md#4-repeated-posts).
 */
export function isRepeatedByItself(status: number): boolean {
  return [429, 502, 503, 504].includes(status);
}

/**
 * Checks an answer to a submission: above all, a client that retries because of it must create no second job (rule
 * P16).
 */
export function checkSubmission({ state, isCalm }: Scene, order: FalOrder, answered: Answered): void {
  const { status, body, requestId = "" } = answered;
  const isMade = ({ fal_options, retry_of }: Job) => fal_options?.runner_hint === order.mark && retry_of === undefined;
  const jobs = [...state.rows.values()].filter(isMade);
  if (jobs.length > 1) throw new BrokenPromise(`P16: a submission of fal's client made ${jobs.length} jobs`);
  if (!order.isKeyed && jobs.length > 0 && isRepeatedByItself(status))
    throw new BrokenPromise(`P16: answered ${status}, although the job is recorded: ${jobs[0]?.id}`);
  if (isCalm && status >= 500) throw new BrokenPromise(`a submission was answered ${status} for no reason`);
  const isRefused = status === 422 && requestId === "";
  if (status < 500 && order.isUsable === isRefused)
    throw new BrokenPromise(`P25: a file that is ${order.isUsable ? "" : "not "}usable was answered ${status}`);
  if (status === 200 && body.request_id !== requestId)
    throw new BrokenPromise(`the request is called ${body.request_id} and ${requestId}`);
  const job = state.rows.get(requestId);
  if (requestId !== "" && job === undefined && !state.tombstones.has(requestId))
    throw new BrokenPromise(`promise 1: the request ${requestId} is not recorded`);
  if (job === undefined) return;
  demand(status === 200 || job.error?.code === "input_refused", `a submission was answered ${status}`, job);
  demand(job.owner === "key-id-1", "the job does not belong to its caller", job);
}

/**
 * COMPLETED is reported only after the job has settled, and always from then on. `before`: the row when the call was
 * made.
 */
export function checkStatus({ state, isCalm }: Scene, id: string, before: Job | undefined, answered: Answered): void {
  const { status, body } = answered;
  const job = checkThere(state, id, answered, isCalm);
  if (job === undefined || status >= 400) return;
  const isCompleted = body.status === "COMPLETED";
  demand(isCompleted === (status === 200), `${body.status} was answered with ${status}`, job);
  demand(!isCompleted || !isOpen(job), "COMPLETED was reported for an open job", job);
  demand(isCompleted || before === undefined || isOpen(before), `${body.status} was reported for a settled job`, job);
  demand(body.request_id === id, "the status of another request was returned", job);
}

/** A result matches the row, in fal's format. */
export function checkResult({ state, isCalm }: Scene, id: string, before: Job | undefined, answered: Answered): void {
  const { status, body } = answered;
  const job = checkThere(state, id, answered, isCalm);
  if (job === undefined || status === 404) return;
  const isOwn = status !== 200 || body.video?.url === videoOf(job)?.url;
  demand(isOwn, "another result was returned", job);
  if (before === undefined || isOpen(before)) return;
  const hadVideo = videoOf(before) !== undefined;
  demand(!hadVideo || status === 200 || isFault(answered), `a result was answered with ${status}`, job);
  demand(before.status !== "canceled" || hadVideo || status === 499 || isFault(answered), `canceled is ${status}`, job);
  demand(before.status !== "expired" || hadVideo || status === 504 || isFault(answered), `expired is ${status}`, job);
}

/** A cancellation is recorded or too late, and the row agrees. */
export function checkCancellation({ state, isCalm }: Scene, id: string, answered: Answered): void {
  const job = checkThere(state, id, answered, isCalm);
  if (job === undefined) return;
  const isNoted = job.cancel_requested_at !== undefined || job.status === "canceled";
  demand(answered.status !== 202 || isNoted, "a confirmed cancellation is not recorded", job);
  const isTooLate = !isOpen(job) || job.fal_cancel === "too_late";
  demand(answered.status !== 400 || isTooLate, "a cancellation was reported as too late", job);
}

/** The job that an answer is about; only a deleted job is not found. */
function checkThere(state: State, id: string, answered: Answered, mayNotFail: boolean): Job | undefined {
  const { status } = answered;
  const job = state.rows.get(id);
  if (status === 404 && job?.error?.code !== "result_expired" && !state.tombstones.has(id))
    throw new BrokenPromise(`the caller's own request was not found: ${id}`);
  if (mayNotFail && isFault(answered)) throw new BrokenPromise(`a request was answered ${status} for no reason: ${id}`);
  return job;
}

/** Our own errors; a model's failure carries the request's id. */
function isFault({ status, requestId }: Answered): boolean {
  return status >= 500 && requestId === undefined;
}

/**
 * A reader may record that fal has started a job (rule P19), or make a check happen earlier; it never shortens somebody
 * else's lease (rule P7).
 */
export function checkReadersWrite(before: Row | undefined, after: Row, by: Invocation, now: number): void {
  if (!by.name.startsWith("proxy-read") || before === undefined) return;
  if (isTombstone(before) || isTombstone(after)) throw new BrokenPromise(`a reader deleted ${after.id}`);
  const isStart = before.status === "queued" && after.status === "running";
  const mayDiffer = isStart ? START_FIELDS : LOOK_FIELDS;
  const [was, is] = [before, after].map((row) => JSON.stringify(Object.entries({ ...row, ...mayDiffer }).sort()));
  demand(was === is, "a reader changed more than a start or the next check", after);
  if (isStart) return;
  const isFarAway = (before.check_due ?? 0) > now - UNDER_WAY_MS + SWEEP_LEASE_MS;
  demand(isFarAway, "P7: a reader shortened a lease", after);
}

/** The fields that such a reader may change. */
const LOOK_FIELDS = { check_due: 0, due_at: 0, version: 0, write_id: "" };
const START_FIELDS = { status: "", started_at: "", timeline: [], error: "", version: 0, write_id: "" };

/**
 * No POST leaves after the job's start time has passed, or gives fal more time than is left (rule P12). `skewMs`: the
 * largest clock difference.
 */
export function checkStart(state: State, jobId: string, call: SubmitCall, now: number, skewMs: number): void {
  const job = state.rows.get(jobId);
  if (job === undefined) return;
  const lateMs = now - startBy(job) - 2 * skewMs;
  demand(lateMs <= 0, `P12: sent ${Math.round(lateMs / secondMs)} s too late`, job);
  const leastMs = START_TIMEOUT_MIN_SECONDS * secondMs;
  const isInTime = lateMs + call.startTimeoutSeconds * secondMs <= leastMs;
  demand(isInTime, `P12: fal may start ${call.startTimeoutSeconds} s after it was sent`, job);
}

/** A job that fal did not start within the caller's start timeout expires soon after. */
export function checkStartTimeout(job: Job, mine: readonly FalRequestRecord[], boundMs: number): void {
  const isAsked = job.fal_options?.start_timeout_seconds !== undefined;
  const isOtherwise = job.status === "canceled" || OTHER_ENDS.has(job.error?.code ?? "");
  if (!isAsked || isOtherwise || mine.some(({ rendered }) => rendered)) return;
  demand(
    job.status === "expired" && job.error?.code === "start_timeout",
    "P12: a job that never started in time did not expire",
    job,
  );
  // Until its submission is confirmed, nobody knows whether fal has the request.
  const knownAt = Math.max(startBy(job), Date.parse(job.submitted_at ?? job.created_at));
  demand(Date.parse(job.settled_at ?? "") <= knownAt + boundMs, "P12: it was waited for in vain", job);
}

const OTHER_ENDS = new Set<string>(["input_refused", "submission_unconfirmed"]);

function startBy({ created_at, deadline_at, fal_options }: Job): number {
  const { start_timeout_seconds: seconds = Number.POSITIVE_INFINITY } = fal_options ?? {};
  return Math.min(deadline_at, Date.parse(created_at) + seconds * secondMs);
}
