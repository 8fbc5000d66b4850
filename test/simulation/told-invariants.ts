import type { Job } from "../../lambdas/job/job.ts";
import { CALLBACK_DELAYS_MS, CALLBACK_JITTER, CALLBACK_TIMEOUT_MS, RETRY_AFTER_MAX_MS } from "../../lambdas/limits.ts";
import { demand, type State } from "./demand.ts";
import { isTaken, numberIn, type ReceiverFaults } from "./receivers.ts";

const minuteMs = 60_000;

export interface TellingCircumstances {
  readonly isCalm: boolean;
  readonly receivers: readonly ReceiverFaults[];
  readonly busFails: number;
}

/**
 * A wait for the video, late sweeps, a lagging index and two lost claims. A claim is lost if the SDK repeats its write
 * after another step of the job was written; its lease then has to end.
 */
const TOLD_WITHIN_MS = 9 * minuteMs;
/** A callback is answered within this time, or it times out. */
const UNDER_WAY_MS = CALLBACK_TIMEOUT_MS + 5_000;
const LATEST_MS = RETRY_AFTER_MAX_MS * (1 + CALLBACK_JITTER);

/** Checks at the end that a settled job's final event was delivered. */
export function checkToldAtEnd(job: Job, state: State, now: number, world: TellingCircumstances): void {
  const callbacks = state.callbacks.get(job.id) ?? [];
  const isDue = job.deliver_due !== undefined;
  const isGivenUp = (job.delivery?.attempts ?? 0) > CALLBACK_DELAYS_MS.length;
  const isPublished = state.events.get(job.id)?.some((event) => event.isTaken) === true;
  demand(isPublished || isDue || isGivenUp, "its event was never published", job);
  demand(!job.delivery?.is_published || isPublished, "it is marked as published, but was not", job);
  demand(!isDue || (job.deliver_due ?? 0) <= now + LATEST_MS, "it is delivered too late", job);
  checkTime(job, state, now, world);
  if (job.callback_url === undefined) {
    demand(callbacks.length === 0, "a callback was sent for a job without a callback_url", job);
    return;
  }
  const isGone = callbacks.some(({ answer }) => answer?.status === 410);
  demand(callbacks.some(isTaken) || isDue || isGone || isGivenUp, "its callback was never delivered", job);
  for (const { askedAt } of state.redeliveries.filter(({ jobId, isPromised }) => jobId === job.id && isPromised)) {
    // A callback that was in flight when the redelivery was requested is enough.
    const isKept = callbacks.some(({ at }) => at >= askedAt - UNDER_WAY_MS);
    demand(isDue || isKept, "a confirmed redelivery was not sent", job);
  }
}

/** Without faults, every event is delivered soon. */
function checkTime(job: Job, state: State, now: number, { isCalm, receivers, busFails }: TellingCircumstances): void {
  const receiver = job.callback_url === undefined ? undefined : receivers[numberIn(job.callback_url)];
  const isWell = receiver === undefined || isNeverDown(receiver);
  if (!isCalm || busFails > 0 || !isWell) return;
  const toldBy = Date.parse(job.settled_at ?? "") + TOLD_WITHIN_MS;
  if (toldBy > now) return;
  const told = [state.events.get(job.id), ...(receiver ? [state.callbacks.get(job.id)] : [])];
  const isTold = told.every((tellings = []) => (tellings[0]?.at ?? Number.POSITIVE_INFINITY) <= toldBy);
  demand(isTold, "promise 1: it is delivered late without a fault", job);
}

function isNeverDown({ fails, gone, downFrom, downUntil }: ReceiverFaults): boolean {
  return fails === 0 && gone === 0 && downFrom >= downUntil;
}

/** Outcomes of a job's deliveries that a run must include. */
export function toldEndings(job: Job, state: State): string[] {
  const callbacks = state.callbacks.get(job.id) ?? [];
  const taken = callbacks.findIndex(isTaken);
  const asked = state.redeliveries.filter(({ jobId, isPromised }) => jobId === job.id && isPromised);
  const endings = {
    "told at first": taken === 0,
    "told before the video was kept":
      job.callback_when === "settled" && callbacks.slice(0, 1).some(({ body }) => wasNotKept(body)),
    "told in fal's form": taken >= 0 && job.callback_format === "fal",
    "told after failures": taken > 0 && callbacks.slice(0, taken).some(({ answer }) => answer !== undefined),
    "told again, asked to": asked.some(({ askedAt }) => callbacks.some((each) => each.at > askedAt && isTaken(each))),
    "told again, after a crash": callbacks.some((each) => isTaken(each) && !each.by.alive && !each.isRecorded),
    "told that it is gone": callbacks.some(({ answer }) => answer?.status === 410),
    "telling given up": job.delivery?.ended === "exhausted",
    "published late": state.events.get(job.id)?.findIndex((event) => event.isTaken) !== 0 && isOnBus(job),
  };
  return Object.entries(endings).flatMap(([ending, occurred]) => (occurred ? [ending] : []));
}

/** A kept video's digest is known. */
function wasNotKept(body: string): boolean {
  const video = JSON.parse(body).data?.result?.video;
  return video !== undefined && video.sha256 === undefined;
}

function isOnBus({ delivery }: Job): boolean {
  return delivery?.is_published === true;
}
