import { createParser } from "eventsource-parser";
import { askerForCallers } from "../../../../lambdas/fal/ask-for-callers.ts";
import type { FalConnection } from "../../../../lambdas/fal/prepare.ts";
import type { JobEvent } from "../../../../lambdas/job/event.ts";
import type { Job } from "../../../../lambdas/job/job.ts";
import { transition } from "../../../../lambdas/job/transition.ts";
import type { JobStreamer } from "../../../../lambdas/routes/job-events.ts";
import { expectConforms } from "../../../support/conforms.ts";
import { BIRTH_MS, become, birth, jobResult, policy, privacy, routing } from "../../../support/jobs.ts";
import { unscriptedFal } from "../../../support/memory-service.ts";

export const PUBLIC_URL = "https://api.example.com/prod";

/** What a client reads: an event, a comment, or the reconnection time. */
export interface Told {
  readonly event: string | undefined;
  readonly id?: string | undefined;
  readonly data?: unknown;
}

const accepted: JobEvent = { type: "accepted", at: BIRTH_MS, by: "submit", requestId: "req-1" };
const looked: JobEvent = { type: "looked", at: BIRTH_MS, by: "sweep", lookAt: BIRTH_MS + 60_000, isRunning: true };
const succeeded: JobEvent = { type: "succeeded", at: BIRTH_MS, by: "webhook", requestId: "req-1", result: jobResult };

/** A job in each of its states, each with its version. */
export const states = {
  submitting: { ...birth(), version: 1 },
  queued: { ...become(birth(), accepted), version: 2 },
  running: { ...become(birth(), accepted, looked), version: 3 },
  succeeded: { ...become(birth(), accepted, succeeded), version: 4 },
} satisfies Record<string, Job>;

/**
 * A table with one row, a fal with one request, and a clock that pauses advance. A test changes the row and fal's
 * answers over time.
 */
export function streamingWorld(row: Job) {
  const state = {
    nowMs: BIRTH_MS,
    row: row as Job | undefined,
    said: {} as Record<string, unknown>,
    /** The number of calls to fal. */
    asked: 0,
    /** The number of reads of the row. */
    reads: 0,
    typicalSeconds: undefined as number | undefined,
    /** Places for streams that the owner has left. */
    placesLeft: 1,
    /** Called at every pause. */
    passing: async (_elapsedMs: number): Promise<void> => {},
  };
  const statusAtFal = async () => {
    state.asked++;
    const body = JSON.stringify({ status: "IN_QUEUE", ...state.said });
    return { kind: "answered", status: 202, headers: {}, body } as const;
  };
  const prepared: FalConnection = {
    fal: { ...unscriptedFal, statusAtFal },
    access: { key: "key", falEndpointUrl: undefined, privacy, routing },
  };
  const service: JobStreamer = {
    table: {
      read: async () => {
        state.reads++;
        return state.row;
      },
      takeLease: async () => (state.placesLeft-- > 0 ? { id: "lease", place: "place_0", mark: "" } : undefined),
      releaseLease: async () => void state.placesLeft++,
    },
    jobs: {
      claim: async (job, by, event) => {
        if (state.row?.version !== job.version) return undefined;
        const next = transition(job, { ...event, at: state.nowMs, by }, policy);
        if (next === job) return undefined;
        state.row = { ...next, version: job.version + 1 };
        return state.row;
      },
    },
    streamsPerOwner: 10,
    random: () => 0.5,
    typicalDuration: { seconds: async () => state.typicalSeconds },
    askForCaller: askerForCallers(
      async () => prepared,
      () => state.nowMs,
    ),
    owners: new Map([["key-id-1", "owner-1"]]),
    publicUrl: PUBLIC_URL,
    now: () => state.nowMs,
    pause: async (ms) => {
      state.nowMs += ms;
      await state.passing(state.nowMs - BIRTH_MS);
    },
  };
  return { state, service };
}

/** Reads a whole stream, with a third-party parser; it must match the API's description. */
export async function readStream(chunks: AsyncIterable<string>): Promise<readonly Told[]> {
  const told: Told[] = [];
  const parser = createParser({
    onEvent: ({ event, id, data }) => told.push({ event, id, data: JSON.parse(data) }),
    onComment: () => told.push({ event: "heartbeat" }),
    onRetry: (ms) => told.push({ event: "retry", data: ms }),
    onError: (error) => {
      throw error;
    },
  });
  let body = "";
  for await (const chunk of chunks) {
    parser.feed(chunk);
    body += chunk;
  }
  const headers = { "content-type": "text/event-stream" };
  expectConforms("GET", "/jobs/{id}/events", { status: 200, headers, body });
  return told;
}
