import type { Submission } from "../fal/submission.ts";
import { OUTAGE_PAUSE_MS, OUTAGES_BEFORE_PAUSE } from "../limits.ts";

/**
 * Lets submissions through, or holds them back while fal is down. Each function instance keeps its own state in memory
 * (rule P17).
 */
export interface CircuitBreaker {
  /** Whether a POST may be sent now. After each true, call `leave` exactly once. */
  tryEnter(): boolean;
  /** Like `tryEnter`, but waits for the outcome of a running probe. */
  enter(): Promise<boolean>;
  /** Reports the outcome of the POST; undefined if no POST was sent. */
  leave(submission: Submission | undefined): void;
}

/**
 * After three 503 answers in a row, it sends nothing for one minute, and then one probe at a time until fal answers
 * something else. So an outage at fal delays jobs and does not make all their outcomes unknown. With `toProbe`, the
 * circuit breaker starts with a probe.
 */
export function openCircuitBreaker(now: () => number, toProbe = false): CircuitBreaker {
  let outagesInARow = toProbe ? OUTAGES_BEFORE_PAUSE : 0;
  let pausedUntil = 0;
  let probe: PromiseWithResolvers | undefined;

  const tryEnter = () => {
    if (outagesInARow < OUTAGES_BEFORE_PAUSE) return true;
    if (probe || now() < pausedUntil) return false;
    probe = withResolvers();
    return true;
  };
  return {
    tryEnter,
    async enter() {
      for (;;) {
        if (tryEnter()) return true;
        if (!probe) return false;
        await probe.promise;
      }
    },
    leave(submission) {
      const ended = probe;
      probe = undefined;
      if (isOutage(submission)) {
        outagesInARow++;
        pausedUntil = now() + OUTAGE_PAUSE_MS;
      } else if (submission && hasAnswered(submission)) outagesInARow = 0;
      ended?.resolve();
    },
  };
}

function isOutage(submission: Submission | undefined): boolean {
  return submission?.outcome === "unknown" && submission.isOutage;
}

/** A lost answer, a failed connection or a POST that was not sent does not show whether fal is up. */
function hasAnswered(submission: Submission): boolean {
  if (submission.outcome !== "not_accepted") return submission.outcome !== "unknown";
  return submission.error.code !== "fal_unreachable" && submission.error.code !== "fal_key_missing";
}

interface PromiseWithResolvers {
  readonly promise: Promise<void>;
  readonly resolve: () => void;
}

function withResolvers(): PromiseWithResolvers {
  let resolve = () => {};
  const promise = new Promise<void>((resolveIt) => {
    resolve = resolveIt;
  });
  return { promise, resolve };
}
