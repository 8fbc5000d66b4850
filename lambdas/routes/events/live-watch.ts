import { type Live, readLive } from "../../fal/live.ts";
import type { FalConnection } from "../../fal/prepare.ts";
import type { Job } from "../../job/job.ts";
import { STREAM_LIVE_POLL_MS } from "../../limits.ts";
import { logError } from "../../log.ts";

interface Asker {
  readonly connectFal: () => Promise<FalConnection>;
  /** Epoch milliseconds. */
  readonly now: () => number;
}

/**
 * Asks fal for a request's live information every two seconds, in the background: a slow fal does not delay the job's
 * transitions.
 */
export function watchLive(service: Asker) {
  let askAt = service.now();
  let isAsking = false;
  let current: Live = {};
  const ask = async ({ endpoint, request_id: requestId }: Job): Promise<Live> => {
    if (requestId === undefined) return {};
    return readLive(await service.connectFal(), endpoint, requestId);
  };
  const askAgain = async (job: Job) => {
    isAsking = true;
    current = await ask(job).catch(notAsked);
    isAsking = false;
  };
  return {
    /** Returns fal's latest answer, and asks fal again if it is time. */
    latest(job: Job): Live {
      if (!isAsking && job.request_id !== undefined && service.now() >= askAt) {
        askAt = service.now() + STREAM_LIVE_POLL_MS;
        void askAgain(job);
      }
      return current;
    },
    /** Asks fal now and returns its answer. */
    final: (job: Job): Promise<Live> => ask(job).catch(notAsked),
  };
}

function notAsked(error: unknown): Live {
  logError("fal's logs could not be read", error);
  return {};
}
