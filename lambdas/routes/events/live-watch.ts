import type { AskForCaller } from "../../fal/ask-for-callers.ts";
import { type Live, liveIn } from "../../fal/live.ts";
import type { Job } from "../../job/job.ts";
import { STREAM_LIVE_POLL_MS } from "../../limits.ts";
import { logError } from "../../log.ts";
import { type Learner, learnFromStatus } from "../../settle/learn-from-status.ts";

interface LiveReader extends Learner {
  readonly askForCaller: AskForCaller;
}

/**
 * Asks fal for live information about a request every two seconds, and records what that shows. The stream does not
 * wait for fal, so a slow fal delays no event.
 */
export function watchLive(service: LiveReader) {
  let askAt = service.now();
  let isAsking = false;
  let current: Live = {};
  const ask = async (job: Job) => {
    const falStatus = await service.askForCaller(job);
    await learnFromStatus(service, job, falStatus);
    return liveIn(falStatus);
  };
  const askAgain = async (job: Job) => {
    isAsking = true;
    current = await ask(job).catch(unreadableLive);
    isAsking = false;
  };
  return {
    /** The latest response from fal. Starts the next call when it is due. */
    latest(job: Job): Live {
      if (!isAsking && job.request_id !== undefined && service.now() >= askAt) {
        askAt = service.now() + STREAM_LIVE_POLL_MS;
        void askAgain(job);
      }
      return current;
    },
    /** The current response from fal. */
    final: (job: Job): Promise<Live> => ask(job).catch(unreadableLive),
  };
}

function unreadableLive(error: unknown): Live {
  logError("fal's logs could not be read", error);
  return {};
}
