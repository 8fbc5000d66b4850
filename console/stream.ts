import { createParser } from "eventsource-parser";
import { ApiProblem, call, send } from "./api.ts";
import { isOpen, type Job, type LogLine } from "./types.ts";

/** What a watched job shows. */
export interface Watcher {
  readonly job: (job: Job) => void;
  readonly queue: (position: number) => void;
  readonly log: (line: LogLine) => void;
}

const RETRY_MS = 1_000;
const RETRY_MAX_MS = 15_000;

/**
 * Follows a job until it has settled or the signal aborts: by its event stream, which is resumed after the last event
 * that came; by reading it where no stream can be had. Throws what cannot be helped by waiting, such as `not_found`.
 */
export async function followJob(id: string, watcher: Watcher, signal: AbortSignal): Promise<void> {
  let lastEventId = "";
  let failures = 0;
  while (!signal.aborted) {
    try {
      const seen = await readStream(id, lastEventId, watcher, signal);
      if (seen.isSettled) return;
      lastEventId = seen.lastEventId;
      failures = 0;
    } catch (error) {
      if (signal.aborted) return;
      if (error instanceof ApiProblem && error.status >= 400 && error.status < 500 && error.status !== 429) throw error;
      failures++;
      const job = await call<Job>("GET", `/jobs/${id}`, { signal }).catch(() => undefined);
      if (job) watcher.job(job);
      if (job && !isOpen(job)) return;
    }
    await pause(Math.min(RETRY_MS * 2 ** failures, RETRY_MAX_MS), signal);
  }
}

async function readStream(id: string, from: string, watcher: Watcher, signal: AbortSignal) {
  const headers: Record<string, string> = from === "" ? {} : { "last-event-id": from };
  const response = await send("GET", `/jobs/${id}/events`, { headers, signal });
  let lastEventId = from;
  let isSettled = response.status === 204;
  const parser = createParser({
    onEvent: ({ event, id: eventId, data }) => {
      lastEventId = eventId ?? lastEventId;
      const parsed: unknown = JSON.parse(data);
      if (event === "log") watcher.log(parsed as LogLine);
      else if (event === "queue") watcher.queue((parsed as { queue_position: number }).queue_position);
      else if (event === "job") {
        watcher.job(parsed as Job);
        isSettled = !isOpen(parsed as Job);
      }
    },
  });
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  while (reader && !signal.aborted) {
    const { value, done } = await reader.read().catch(() => ({ value: undefined, done: true }));
    if (done) break;
    parser.feed(value ?? "");
  }
  return { lastEventId, isSettled };
}

/** Waits; an aborted signal ends the wait. */
export function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener(
      "abort",
      () => {
        clearTimeout(timer);
        resolve();
      },
      { once: true },
    );
  });
}
