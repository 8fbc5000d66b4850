import type { Submission } from "../fal/submission.ts";
import { PAUSE_MS, UNKNOWNS_BEFORE_PAUSE } from "../job/limits.ts";

/** Lets submissions through, or holds them back while fal seems to be down. The state is the instance's own memory (rule P17). */
export interface Gate {
  /** Whether a POST may be made now. Each true must be followed by one `leave`. */
  enter(): boolean;
  /** What the POST came to; undefined when none was made. */
  leave(outcome: Submission["outcome"] | undefined): void;
}

/**
 * After three unknowns in a row nothing is sent for a minute, and then one probe at a time until fal answers again: an outage
 * at fal delays jobs and does not turn them all into unknowns.
 */
export function openGate(now: () => number): Gate {
  let unknownsInARow = 0;
  let pausedUntil = 0;
  let isProbing = false;
  return {
    enter() {
      if (unknownsInARow < UNKNOWNS_BEFORE_PAUSE) return true;
      if (isProbing || now() < pausedUntil) return false;
      isProbing = true;
      return true;
    },
    leave(outcome) {
      isProbing = false;
      if (outcome === "unknown") {
        unknownsInARow++;
        pausedUntil = now() + PAUSE_MS;
      } else if (outcome !== undefined) {
        unknownsInARow = 0;
      }
    },
  };
}
