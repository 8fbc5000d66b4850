import type { CallbackAnswer, PostCallback } from "../../lambdas/deliver/post-callback.ts";
import { CALLBACK_TIMEOUT_MS } from "../../lambdas/limits.ts";
import type { Random } from "./random.ts";
import type { Invocation, Scheduler } from "./scheduler.ts";

const secondMs = 1000;
const minuteMs = 60 * secondMs;

/** The faults of one callback receiver. */
export interface ReceiverFaults {
  /** A callback that gets an error or no answer, as a probability. */
  readonly fails: number;
  /** A callback that is answered 410, as a probability. */
  readonly gone: number;
  /** The receiver is down in this span after the start, in milliseconds. */
  readonly downFrom: number;
  readonly downUntil: number;
}

/** One sent callback. */
export interface Callback {
  readonly jobId: string;
  /** Epoch milliseconds. */
  readonly at: number;
  readonly by: Invocation;
  readonly url: string;
  readonly webhookId: string;
  readonly body: string;
  /** The receiver's answer, if the callback arrived and the answer came back. */
  answer: CallbackAnswer | undefined;
  /** The row's delivery log contains it. */
  isRecorded: boolean;
}

/** The callers' own servers, one per host. `onCallback` is called with each callback before it is sent. */
export function createReceivers(
  scheduler: Scheduler,
  random: Random,
  receivers: readonly ReceiverFaults[],
  onCallback: (callback: Callback) => void,
) {
  const begun = scheduler.now();
  const callbacks = new Map<string, Callback[]>();

  function answerOf({ fails, gone, downFrom, downUntil }: ReceiverFaults): CallbackAnswer {
    const sinceMs = scheduler.now() - begun;
    if (sinceMs >= downFrom && sinceMs < downUntil) return random.pick([REFUSED, TIMED_OUT]);
    if (random.chance(gone)) return { status: 410 };
    if (!random.chance(fails)) return { status: random.pick([200, 202, 204]) };
    const retryAfterMs = random.pick([30 * secondMs, 10 * minuteMs, 48 * 60 * minuteMs]);
    return random.pick([{ status: 500 }, { status: 302 }, { status: 429, retryAfterMs }, REFUSED, TIMED_OUT]);
  }

  async function post(by: Invocation, ...[url, headers, body]: Parameters<PostCallback>): Promise<CallbackAnswer> {
    const webhookId = headers["webhook-id"] ?? "";
    const [jobId = ""] = webhookId.split(".");
    const callback: Callback = {
      jobId,
      at: scheduler.now(),
      by,
      url,
      webhookId,
      body,
      answer: undefined,
      isRecorded: false,
    };
    onCallback(callback);
    callbacks.set(jobId, [...(callbacks.get(jobId) ?? []), callback]);
    await scheduler.pause(by, 1, 150);
    const faults = receivers[numberIn(url)];
    if (faults === undefined) throw new Error(`nobody listens at ${url}`);
    const answer = answerOf(faults);
    callback.answer = answer;
    if (answer === TIMED_OUT) await scheduler.pause(by, CALLBACK_TIMEOUT_MS, CALLBACK_TIMEOUT_MS);
    else await scheduler.pause(by, 1, 500);
    return answer;
  }
  return {
    /** The sent callbacks, by job, earliest first. */
    callbacks: callbacks as ReadonlyMap<string, readonly Callback[]>,
    post:
      (by: Invocation): PostCallback =>
      (...callback) =>
        post(by, ...callback),
  };
}

const REFUSED: CallbackAnswer = { error: "the connection was refused" };
const TIMED_OUT: CallbackAnswer = { error: "no answer within 15 s" };

/** A receiver's URL. */
export function receiverUrl(number: number): string {
  return `https://receiver-${number}.example.com/told`;
}

/** The number of the receiver at a URL. */
export function numberIn(url: string): number {
  return Number(/receiver-(\d+)\./.exec(url)?.[1]);
}

/** Whether the receiver accepted the callback. */
export function isTaken({ answer }: Callback): boolean {
  return answer?.status !== undefined && answer.status >= 200 && answer.status < 300;
}
