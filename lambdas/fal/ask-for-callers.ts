import { isOpen, type Job } from "../job/job.ts";
import { CALLERS_LOOK_INTERVAL_MS, FAL_LOGS_AVAILABLE_MS } from "../limits.ts";
import { isSuccess } from "./call-once.ts";
import { jsonObject } from "./detail.ts";
import type { FalConnection } from "./prepare.ts";

/** fal's status of a job's request; undefined if fal was not asked or did not answer. */
export type FalStatus = Readonly<Record<string, unknown>> | undefined;

/** Asks fal for the status of a job's request because a caller reads the job. Never throws. */
export type AskForCaller = (job: Job) => Promise<FalStatus>;

interface Asked {
  readonly at: number;
  readonly answer: Promise<FalStatus>;
}

/**
 * However many callers read a job, and however often: fal is asked at most once in two seconds per job and instance,
 * and not about jobs that settled over an hour ago (rule P32). In between, callers share the latest answer, which has
 * the log lines whether or not they want them. A job that has just settled is asked about once more, for its last log lines.
 */
export function askerForCallers(connectFal: () => Promise<FalConnection>, now: () => number): AskForCaller {
  const latest = new Map<string, Asked>();
  return async (job) => {
    const at = now();
    const settledAt = job.settled_at === undefined ? at : Date.parse(job.settled_at);
    if (job.request_id === undefined || at > settledAt + FAL_LOGS_AVAILABLE_MS) return undefined;
    for (const [key, asked] of latest) if (at >= asked.at + CALLERS_LOOK_INTERVAL_MS) latest.delete(key);
    const key = `${job.id} ${isOpen(job)}`;
    const asked = latest.get(key) ?? { at, answer: ask(connectFal, job, job.request_id) };
    latest.set(key, asked);
    return asked.answer;
  };
}

async function ask(connectFal: () => Promise<FalConnection>, { endpoint }: Job, requestId: string): Promise<FalStatus> {
  const { fal, access } = await connectFal();
  if (access === undefined) return undefined;
  const call = await fal.statusAtFal(access, { endpoint, requestId }, true);
  return call.kind === "answered" && isSuccess(call.status) ? jsonObject(call.body) : undefined;
}
