import { estimatedCost, type Prices } from "../contract/price.ts";
import { jobUrl } from "../contract/public-job.ts";
import { Problem } from "../http/problem.ts";
import { orUnavailable } from "../http/unavailable.ts";
import type { Policy } from "../job/event.ts";
import { bodyDigest, tokenHash, webhookToken } from "../job/identity.ts";
import type { Job, JobError } from "../job/job.ts";
import type { NewJobRequest } from "../job/new-job.ts";
import { newJob } from "../job/new-job.ts";
import { POLL_AFTER_SECONDS } from "../limits.ts";
import { logError } from "../log.ts";
import { type Budgets, expenseOf, limitOf, secondsToMidnight } from "../table/budget.ts";
import type { JobTable, Written } from "../table/job-table.ts";
import { hasTimeToPost, type Submitter, submitAttempt } from "./attempt.ts";

/** A job that is about to be created. */
export interface Order {
  readonly id: string;
  readonly owner: string;
  readonly fingerprint: string;
  readonly request: NewJobRequest;
  /** Whether a file's URL was created for this job only. */
  readonly hasOwnFileUrl: boolean;
  readonly uploadKeys?: readonly string[] | undefined;
  readonly retryOf?: string;
  readonly traceparent?: string | undefined;
  readonly reservation: Reservation;
}

/** A job's share of its owner's budget. It is taken before a file moves or a POST leaves (rule P29). */
export interface Reservation {
  /** Undoes it, if the job is not recorded. Never throws. */
  readonly giveBack: () => Promise<void>;
}

export interface Recorder extends Submitter {
  readonly table: JobTable;
  readonly policy: Policy;
  readonly newWriteId: () => string;
  readonly budgets: Budgets;
  readonly prices: Prices;
}

/** The job for an order, and whether it existed before. */
export interface Recorded {
  readonly job: Job;
  readonly isReplay: boolean;
}

/**
 * Records a job and submits it once. If the id is in use, it returns the job that has it. `answerBy`, epoch
 * milliseconds, is when the caller must have an answer. Throws `idempotency_key_reused`, `job_deleted` and
 * `table_unavailable`.
 */
export async function recordJob(service: Recorder, order: Order, answerBy: number): Promise<Recorded> {
  const { endpoint } = order.request;
  const hasTime = hasTimeToPost(answerBy, service.now());
  const { pass } = hasTime ? await service.circuitBreaker.tryEnter(endpoint) : {};
  let isUsed = false;
  try {
    const token = webhookToken(service.randomBytes(32));
    const waitsFor = pass ? undefined : service.circuitBreaker.reason(endpoint);
    const job = describe(service, order, token, pass !== undefined, waitsFor);
    const prepared = service.connectFal();
    // Awaited after the row is written; the empty catch prevents an unhandled rejection until then.
    prepared.catch(() => undefined);
    const before = await addOnce(service, job, order);
    if (before) return { job: before, isReplay: true };
    if (pass === undefined) return { job, isReplay: false };
    isUsed = true;
    return { job: await submitAttempt(service, pass, prepared, job, token, answerBy), isReplay: false };
  } finally {
    if (!isUsed) await pass?.leave(undefined);
  }
}

/** Records a job and does not send it; another process sends it later. Throws like `recordJob`. */
export async function recordUnsent(service: Recorder, order: Order): Promise<Recorded> {
  const job = describe(service, order, webhookToken(service.randomBytes(32)), false);
  const before = await addOnce(service, job, order);
  return before ? { job: before, isReplay: true } : { job, isReplay: false };
}

/** Returns the current job if the same request is repeated; rejects a different request with the same key. */
export function replayed(existing: Job | undefined, fingerprint: string, publicUrl: string): Job {
  if (existing === undefined) {
    throw new Problem("table_unavailable", "The job is being deleted. Retry with the same Idempotency-Key.", {
      headers: { "retry-after": String(POLL_AFTER_SECONDS) },
    });
  }
  if (existing.fingerprint === fingerprint) return existing;
  throw new Problem(
    "idempotency_key_reused",
    "This Idempotency-Key was already used with a different request. Use a new key for a new request.",
    {
      instance: jobUrl(publicUrl, existing.id),
    },
  );
}

/** Why fal rejected a job's input at submission; then no request exists at fal. Undefined if fal did not reject it. */
export function refusalAtOnce({ settled_by, error }: Job): JobError | undefined {
  return settled_by === "submit" && error?.code === "input_refused" ? error : undefined;
}

/** The first version of the row: marked as under way if the POST follows at once, otherwise left to the sweep. */
function describe(service: Recorder, order: Order, token: string, mayPost: boolean, waitsFor?: JobError): Job {
  const { request, reservation: _, ...rest } = order;
  const params = {
    ...rest,
    at: service.now(),
    tokenHash: tokenHash(token),
    attemptDigest: mayPost ? bodyDigest(request.input) : undefined,
    firstCheckMs: service.policy.firstCheckMs,
    waitsFor,
    cost: estimatedCost(service.prices, request.endpoint),
  };
  return { ...newJob(params, request), write_id: service.newWriteId() };
}

/**
 * Takes a new job's share of its owner's budget, or returns the existing job with its id: a repeat is answered even
 * when the budget is used up. An owner with a budget runs nothing that has no price (rule P29). Throws
 * `endpoint_unpriced`, `budget_exceeded`, `idempotency_key_reused` and `table_unavailable`.
 */
export async function reserveBudget(
  service: Recorder,
  { id, owner, fingerprint, endpoint }: Pick<Order, "id" | "owner" | "fingerprint"> & { readonly endpoint: string },
): Promise<{ readonly reservation: Reservation } | { readonly existing: Job }> {
  const at = service.now();
  const limitUsd = limitOf(service.budgets, owner);
  if (limitUsd === undefined) return { reservation: NOTHING_RESERVED };
  const cost = estimatedCost(service.prices, endpoint);
  const expense = cost && expenseOf(owner, at, cost.estimated_usd, limitUsd);
  if (expense && (await orUnavailable(service.table.spend(expense, 1, service.newWriteId())))) {
    const giveBack = () => service.table.spend(expense, -1, service.newWriteId()).then(() => undefined, notReturned);
    return { reservation: { giveBack } };
  }
  const existing = await orUnavailable(service.table.read(id));
  if (existing) return { existing: replayed(existing, fingerprint, service.publicUrl) };
  if (expense === undefined) throw unpriced(endpoint);
  throw new Problem(
    "budget_exceeded",
    `The daily budget of $${expense.limit / 10_000} for new jobs is used up. It resets at midnight UTC.`,
    {
      headers: { "retry-after": String(secondsToMidnight(at)) },
    },
  );
}

/** Throws `endpoint_unpriced` if the owner has a budget and the endpoint has no price (rule P29). */
export function checkPrice(service: Pick<Recorder, "budgets" | "prices">, owner: string, endpoint: string): void {
  const isPriced = estimatedCost(service.prices, endpoint) !== undefined;
  if (limitOf(service.budgets, owner) !== undefined && !isPriced) throw unpriced(endpoint);
}

function unpriced(endpoint: string): Problem {
  return new Problem(
    "endpoint_unpriced",
    `You have a daily budget, and ${endpoint} has no price, so its jobs cannot be counted. Use an endpoint with a price, or ask the operator for one. Nothing was recorded.`,
  );
}

const NOTHING_RESERVED: Reservation = { giveBack: async () => undefined };

/** Adds the job, or returns the existing job with its id. A repeat costs no budget. */
async function addOnce(service: Recorder, job: Job, { fingerprint, reservation }: Order): Promise<Job | undefined> {
  const written = await add(service, job);
  if (written.outcome === "written") return undefined;
  await reservation.giveBack();
  if (written.isDeleted) throw jobDeleted();
  return replayed(written.current, fingerprint, service.publicUrl);
}

/** A late repeat of a request whose job was deleted starts no new render (rule P16). */
export function jobDeleted(): Problem {
  return new Problem(
    "job_deleted",
    "The job that this request created was deleted. Send a new Idempotency-Key to create another job.",
  );
}

/** The budget then counts one job too many until midnight; the caller's answer stays the same. */
export function notReturned(error: unknown): void {
  logError("a job's cost could not be returned to its budget", error);
}

/**
 * If it stays unknown whether the row was written, the answer names the job, so that the caller can check (rule P16).
 */
async function add(service: Recorder, job: Job): Promise<Written> {
  try {
    return await service.table.add(job);
  } catch (cause) {
    throw new Problem("table_unavailable", "The job may not have been recorded. Retry with the same Idempotency-Key.", {
      instance: jobUrl(service.publicUrl, job.id),
      headers: { "retry-after": String(POLL_AFTER_SECONDS) },
      cause,
    });
  }
}
