import { textsIn } from "../../lambdas/contract/input-file.ts";
import { factsOf, sumUsage } from "../../lambdas/contract/usage.ts";
import type { SubmitCall } from "../../lambdas/fal/client.ts";
import { billedOf } from "../../lambdas/job/billed.ts";
import { isOpen, type Job, TERMINAL_STATUSES } from "../../lambdas/job/job.ts";
import { HAND_OVER_GRACE_MS, LAST_LOOK_GRACE_MS } from "../../lambdas/limits.ts";
import { BrokenPromise, demand, PUBLIC_URL, type State } from "./demand.ts";
import { crashesReader, type FalRequestRecord } from "./fal-request.ts";
import {
  type ArchiveCircumstances,
  cameInline,
  checkArchiveEnd,
  checkKeptVideos,
  checkLeftovers,
  checkVideoFields,
} from "./media-invariants.ts";
import { checkStartTimeout } from "./proxy-invariants.ts";
import { isTombstone, type Row } from "./table.ts";
import { checkToldAtEnd, type TellingCircumstances } from "./told-invariants.ts";

const STATUSES = new Set<string>(["submitting", "queued", "running", ...TERMINAL_STATUSES]);
/** The longest time between a deadline and its handling: a few sweeps, a lease, fal's silence and lost hand-overs. */
export const SWEEP_BOUND_MS = LAST_LOOK_GRACE_MS + HAND_OVER_GRACE_MS + 15 * 60_000;

/** A lease is longer than the sweep. */
const LEASE_MIN_MS = 90_000;
/** A write may take effect this long after it read the clock. */
const LATEST_WRITE_MS = 5_000;

/** The prompt of orders whose image is unavailable: no POST may ever contain it. */
export const UNUSABLE_PROMPT = "never to be sent";

/** Checks every POST as it is sent. */
export function checkPost(
  { tombstones, rows, posts }: State,
  jobId: string,
  { endpoint, input, options }: SubmitCall,
): void {
  if (tombstones.has(jobId)) throw new BrokenPromise(`P16: a POST is sent for a deleted job: ${jobId}`);
  const row = rows.get(jobId);
  if (row === undefined || (row.attempt?.number ?? 0) <= (posts.get(jobId) ?? 0))
    throw new BrokenPromise(`P12: a POST is sent without an attempt in the row: ${jobId}`);
  demand(input.prompt !== UNUSABLE_PROMPT, "P25: a POST is sent for an unavailable image", row);
  demand(endpoint === row.endpoint, "a POST is sent for another model", row);
  demand(JSON.stringify(options) === JSON.stringify(row.fal_options), "a POST is sent with other options", row);
  for (const { path, text } of textsIn(input)) {
    if (path.at(-1) !== "image_url") continue;
    const canBeFetched = text.startsWith("https://") && !text.startsWith(PUBLIC_URL);
    demand(canBeFetched, `P11: fal is sent an image that it cannot fetch: ${text.slice(0, 60)}`, row);
  }
}

/** Checks every image that is uploaded to fal. */
export function checkUpload({ tombstones }: State, jobId: string): void {
  if (tombstones.has(jobId))
    throw new BrokenPromise(`P16: the image of a deleted job is uploaded to fal again: ${jobId}`);
}

/** Checks every single write. */
export function checkWrite(before: Row | undefined, after: Row, archivesVideos: boolean): void {
  if (before !== undefined && isTombstone(before)) throw new BrokenPromise(`P3: a deleted job came back: ${before.id}`);
  if (isTombstone(after)) checkBurial(before, after);
  else checkJobWrite(before, after, archivesVideos);
}

function checkJobWrite(before: Job | undefined, after: Job, archivesVideos: boolean): void {
  checkRow(after);
  checkVideoFields(before, after, archivesVideos);
  if (before) checkStep(before, after);
  else demand(after.version === 1, "P3: a new row has a version above 1", after);
}

/** A job is deleted only after it has settled, and nothing is left of it but its id (rule P16). */
function checkBurial(before: Job | undefined, after: Row): void {
  if (before === undefined) throw new BrokenPromise(`P16: a tombstone without a job: ${after.id}`);
  demand(!isOpen(before), "P16: an open job was deleted", before);
  demand(after.expires_at === before.expires_at, "P16: the tombstone is gone before a late repeat", before);
  const fields = Object.keys(after).sort().join();
  demand(
    fields === "created_at_id,deleted_at,expires_at,id,owner,usage",
    "P16: more than a tombstone is left of a deleted job",
    before,
  );
}

function checkRow(after: Job): void {
  const reasons = [after.submit_due, after.check_due, after.archive_due, after.deliver_due];
  const earliest = Math.min(...reasons.map((due) => due ?? Number.POSITIVE_INFINITY));
  demand(
    (after.due_at ?? Number.POSITIVE_INFINITY) === earliest,
    "P6: due_at is not the minimum of its reasons",
    after,
  );
  demand(!isOpen(after) || after.due_at !== undefined, "P6: an open job is not due", after);
  demand(
    isOpen(after) === (after.expires_at === undefined),
    "P9: expiry is set on settled jobs, and only there",
    after,
  );
  const isCancelKnown = after.cancel_requested_at === undefined || after.request_id === undefined;
  demand(
    !isOpen(after) || isCancelKnown || after.fal_cancel !== undefined,
    "P14: a requested cancellation is not due at fal",
    after,
  );
  demand(after.shard.startsWith(isOpen(after) ? "open" : "settled"), "P8: the job is in the wrong lane", after);
  demand(after.timeline.length <= 50, "P4: the timeline is too long", after);
  const reached = after.timeline.filter((entry) => STATUSES.has(entry.event)).at(-1);
  demand(reached?.event === after.status, "the timeline does not end with the state", after);
  const endings = after.timeline.filter((entry) => (TERMINAL_STATUSES as readonly string[]).includes(entry.event));
  demand(endings.length === (isOpen(after) ? 0 : 1), "a job is settled exactly once", after);
  const stored = JSON.stringify(after);
  demand(
    stored.length < 8192 && !stored.includes('"data:'),
    "P11: inline data, or too much of it, enters the table",
    after,
  );
}

function checkStep(before: Job, after: Job): void {
  demand(after.version === before.version + 1, "P1: a version was skipped or repeated", after);
  demand(after.write_id !== before.write_id, "P2: a write id was used twice", after);
  if (!isOpen(before)) {
    demand(after.status === before.status, `a terminal state changed from ${before.status}`, after);
    demand(after.settled_at === before.settled_at, "a settlement was repeated", after);
    demand(after.result === undefined || before.result !== undefined, "a settled job was given a result", after);
  }
  // A webhook for a request that fal rejected or gave up must not settle the next attempt (rule P12).
  if (isRefused(before)) demand(after.request_id === undefined, "a rejected request settled its job", after);
  if (before.status === "running") demand(after.status !== "queued", "P19: running went back to queued", after);
  const sentAgain = (after.attempt?.number ?? 0) > (before.attempt?.number ?? 0);
  if (sentAgain && before.attempt) {
    demand(before.attempt.outcome === "refused", `P12: sent again after ${before.attempt.outcome}`, after);
  }
}

/** Only due jobs are claimed, and a claim lasts longer than a sweep runs (rule P7). */
export function checkLease(before: Row | undefined, after: Row, now: number, skewMs: number): void {
  if (before === undefined || isTombstone(before) || isTombstone(after)) return;
  const isSent = (after.attempt?.number ?? 0) > (before.attempt?.number ?? 0);
  const isLookedAt = isOpen(after) && (after.looks ?? 0) > (before.looks ?? 0);
  const isHeld = (after.check_due ?? 0) >= now - LATEST_WRITE_MS - 2 * skewMs + LEASE_MIN_MS;
  demand((!isSent && !isLookedAt) || isHeld, "P7: the lease ends before its work", after);
  const isDue = before.due_at !== undefined && before.due_at <= now + 2 * skewMs;
  demand(!isLookedAt || isDue, "P7: claimed before it was due", after);
}

function isRefused({ status, attempt }: Job): boolean {
  return status === "submitting" && attempt?.outcome === "refused";
}

/** Checks the jobs, fal's ledger and the bucket at any time. */
export function checkLedger(state: State): void {
  const renders = new Map<string, number>();
  for (const { jobId, rendered } of state.requests.values()) {
    if (rendered) renders.set(jobId, (renders.get(jobId) ?? 0) + 1);
  }
  for (const [jobId, count] of renders) {
    if (!state.rows.has(jobId) && !state.tombstones.has(jobId))
      throw new BrokenPromise(`fal renders a job that is not recorded: ${jobId}`);
    if (count > 1) throw new BrokenPromise(`promise 2: rendered ${count} times: ${jobId}`);
  }
  checkKeptVideos(state);
}

/** `isCalm`: fal answers every call and nothing crashes, so nothing may be missed. */
export interface Circumstances extends ArchiveCircumstances, TellingCircumstances {
  readonly submissionWindowMs: number;
}

/** Checks the end state. `now` is later than every deadline and the sweep's bound. */
export function checkEnd(state: State, now: number, world: Circumstances): void {
  for (const job of state.rows.values()) {
    checkSettled(job, now);
    const mine = [...state.requests.values()].filter((request) => request.jobId === job.id);
    checkTruth(job, mine, world.isCalm);
    checkBilled(job, mine);
    if (world.isCalm) checkNothingMissed(job, mine, world);
    if (world.isCalm) checkCancelPassedOn(job, mine);
    checkRetry(job, state.rows.get(job.retry_of ?? ""));
    if (world.isCalm) checkStartTimeout(job, mine, SWEEP_BOUND_MS);
    const wasSent = state.posts.has(job.id) || job.error?.code !== "submission_unconfirmed";
    demand(!world.isCalm || wasSent, "A20: recorded as possibly sent, but never sent", job);
    checkArchiveEnd(job, state, now, world);
    checkToldAtEnd(job, state, now, world);
  }
  checkLeftovers(state);
  checkUsage(state);
}

/** Usage counts every job once, deleted ones too, and agrees with what fal bills. */
function checkUsage({ rows, tombstones, requests }: State): void {
  const all = [...rows.values(), ...tombstones.values()];
  const { jobs, billed } = sumUsage(all.flatMap((row) => factsOf(row) ?? []));
  const bills = [...requests.values()].filter(isBilled).length;
  const isTrue = jobs === all.length && billed.yes <= bills && bills <= billed.yes + billed.unknown;
  if (!isTrue)
    throw new BrokenPromise(`usage: ${all.length} jobs, ${bills} bills: ${JSON.stringify({ jobs, billed })}`);
}

function isBilled({ rendered, outcome }: FalRequestRecord): boolean {
  return rendered && (outcome?.status ?? 200) < 500;
}

/** A retry has the same input as the job that it repeats. */
function checkRetry(job: Job, original: Job | undefined): void {
  if (original === undefined) return;
  const asked = ({ endpoint, input, callback_url, callback_format, callback_when, fal_options }: Job) =>
    JSON.stringify([endpoint, input, callback_url, callback_format, callback_when, fal_options]);
  demand(asked(job) === asked(original), "a retry has another input", job);
}

function checkSettled(job: Job, now: number): void {
  demand(!isOpen(job), "promise 1: not settled by its deadline and the sweep's bound", job);
  const settledAt = Date.parse(job.settled_at ?? "");
  demand(settledAt <= job.deadline_at + SWEEP_BOUND_MS, "promise 1: settled too late", job);
  demand(job.due_at === undefined || job.due_at > now - SWEEP_BOUND_MS, "a due job was forgotten", job);
}

function checkNothingMissed(job: Job, mine: readonly FalRequestRecord[], world: Circumstances): void {
  const isUnconfirmed = job.error?.code === "submission_unconfirmed";
  const wasLost = job.status !== "succeeded" && !isUnconfirmed && job.late_result === undefined;
  const success = mine.find(({ outcome, requestId }) => outcome?.status === 200 && !crashesReader(requestId));
  const inTime = (success?.endedAt ?? Number.POSITIVE_INFINITY) < job.deadline_at - CLOCKS_MS;
  // A large result is stored only for minutes; when one is expected, the sweep checks often enough.
  const wasForeseen = !success?.isLarge || (job.input.sync_mode === true && wasKnown(job));
  demand(!(wasLost && success && inTime && wasForeseen), "P19: an existing success was not used", job);
  const decideBy = (job.attempt?.at ?? 0) + world.submissionWindowMs + 4 * 60_000;
  const settledAt = Date.parse(job.settled_at ?? "");
  demand(!isUnconfirmed || settledAt <= decideBy, "P13: the submission window passed without a final state", job);
}

/** When fal confirmed that it has the request: nobody can check it before. */
function wasKnown({ timeline }: Job): boolean {
  return !timeline.some(({ event }) => event === "unconfirmed" || event === "adopted");
}

/** A late sweep, a lagging index and a lease. */
const CANCEL_BOUND_MS = 5 * 60_000;

/** The largest clock difference plus the longest answer. */
const CLOCKS_MS = 15_000;

/** The state matches what happened at fal, and never contains another job's video. */
function checkTruth(job: Job, mine: readonly FalRequestRecord[], isCalm: boolean): void {
  const outcomeOf = (status: number) => mine.some((request) => request.outcome?.status === status);
  for (const result of [job.result, job.late_result]) {
    if (result === undefined) continue;
    const isMine = mine.some((request) => result.video.url.endsWith(`/${request.requestId}.mp4`));
    demand(isMine || cameInline(job), "P13: the video is another job's", job);
    const isWhole = mine.some(({ requestId }) => result.extra?.seed === requestId);
    demand(isWhole, "the model's other output is lost", job);
  }
  const mayCrash = mine.some(({ requestId }) => crashesReader(requestId)) || !isCalm;
  demand(job.error?.code !== "result_unusable" || mayCrash, "a failure was parsed as an unusable success", job);
  if (job.status === "succeeded") demand(outcomeOf(200), "succeeded without a success at fal", job);
  if (job.status === "failed" && job.error?.code === "content_policy_violation")
    demand(outcomeOf(422), "a failure that fal did not report", job);
  if (job.status === "canceled") {
    const wasNeverRun = mine.every((request) => request.state !== "running" && request.outcome?.status !== 200);
    demand(job.cancel_requested_at !== undefined || wasNeverRun, "canceled, but it ran", job);
  }
  const isGivenUp = job.status === "expired" || job.error?.code === "submission_unconfirmed";
  const isDone = mine.some((request) => request.requestId === job.request_id && request.state === "done");
  demand(
    !isGivenUp || job.request_id === undefined || isDone || job.fal_cancel !== undefined,
    "P14: a cancel at fal was never due",
    job,
  );
  demand(
    job.fal_cancel !== "due" || job.status === "succeeded" || job.due_at !== undefined,
    "P14: the cancel was not sent to fal",
    job,
  );
  const isEarly = Date.parse(job.settled_at ?? "") < job.deadline_at - 10_000;
  demand(job.error?.code !== "result_expired" || !isEarly, "P18: a 404 counted as a failure", job);
  if (job.error?.code === "input_refused")
    demand(
      mine.every((request) => request.outcome?.status !== 200),
      "refused, but it ran",
      job,
    );
}

/** `billed` agrees with fal, which bills what started to run, unless it ended with a 5xx. */
function checkBilled(job: Job, mine: readonly FalRequestRecord[]): void {
  const bills = mine.filter(isBilled).length;
  const billed = billedOf(job);
  demand(billed !== "yes" || bills > 0, "a job says that it is billed, but fal does not bill it", job);
  demand(billed !== "no" || bills === 0, "a job says that it is not billed, but fal bills it", job);
}

/** A requested cancellation reaches fal soon after fal is known to have the request (rule P14). */
function checkCancelPassedOn(job: Job, mine: readonly FalRequestRecord[]): void {
  const request = mine.find(({ requestId }) => requestId === job.request_id);
  const passedOnBy = CANCEL_BOUND_MS + latest(job.cancel_requested_at, job.submitted_at);
  const isOver = (request?.endedAt ?? Number.POSITIVE_INFINITY) <= passedOnBy;
  const isInTime = (request?.cancelAskedAt ?? Number.POSITIVE_INFINITY) <= passedOnBy;
  demand(request === undefined || isOver || isInTime, "P14: a cancellation was not passed on to fal", job);
}

/** Epoch milliseconds; infinity when one of the two has not happened. */
function latest(one: string | undefined, other: string | undefined): number {
  return one === undefined || other === undefined
    ? Number.POSITIVE_INFINITY
    : Math.max(Date.parse(one), Date.parse(other));
}
