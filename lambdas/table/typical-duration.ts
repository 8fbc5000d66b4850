import type { Job } from "../job/job.ts";
import {
  POLL_AFTER_SECONDS,
  RETRY_AFTER_OPEN_MAX_SECONDS,
  TYPICAL_DURATION_MAX_AGE_MS,
  TYPICAL_DURATION_WEIGHT,
} from "../limits.ts";
import { logError } from "../log.ts";

/** The typical duration of an endpoint's jobs, from submission to the end, as stored. */
export interface TypicalDurationItem {
  /** `usual#` and the endpoint: no job has such an id. */
  readonly id: string;
  readonly seconds: number;
}

export function typicalDurationId(endpoint: string): string {
  return `usual#${endpoint}`;
}

/** Estimates how long callers should wait. */
export interface TypicalDuration {
  /** Seconds from submission to the end; undefined: not known. Never throws. */
  seconds(endpoint: string): Promise<number | undefined>;
  /** Seconds until an open job is worth reading again. Never throws. */
  secondsLeft(job: Job): Promise<number>;
  /** Updates the average with a job that succeeded. Never throws. */
  learn(job: Job): Promise<void>;
}

interface DurationStore {
  readTypicalDuration(endpoint: string): Promise<number | undefined>;
  putTypicalDuration(endpoint: string, seconds: number): Promise<void>;
}

/**
 * A moving average of job durations, kept in the table. Each function instance reads and writes it at most once a
 * minute. `now` returns epoch milliseconds.
 */
export function openTypicalDuration(table: DurationStore, now: () => number): TypicalDuration {
  const known = new Map<string, { readonly seconds: number | undefined; readonly staleAt: number }>();
  const learned = new Map<string, number>();
  const read = async (endpoint: string) => {
    const entry = known.get(endpoint);
    if (entry && now() < entry.staleAt) return entry.seconds;
    const seconds = await table.readTypicalDuration(endpoint);
    known.set(endpoint, { seconds, staleAt: now() + TYPICAL_DURATION_MAX_AGE_MS });
    return seconds;
  };
  return {
    seconds: (endpoint) => read(endpoint).catch(ignored),
    async secondsLeft(job) {
      const typical = await read(job.endpoint).catch(ignored);
      if (typical === undefined) return POLL_AFTER_SECONDS;
      const passed = (now() - Date.parse(job.submitted_at ?? job.created_at)) / 1000;
      return Math.max(POLL_AFTER_SECONDS, Math.min(RETRY_AFTER_OPEN_MAX_SECONDS, Math.ceil(typical - passed)));
    },
    async learn({ endpoint, status, submitted_at, settled_at }) {
      if (status !== "succeeded" || submitted_at === undefined || settled_at === undefined) return;
      if ((learned.get(endpoint) ?? 0) + TYPICAL_DURATION_MAX_AGE_MS > now()) return;
      learned.set(endpoint, now());
      const took = (Date.parse(settled_at) - Date.parse(submitted_at)) / 1000;
      const before = await table.readTypicalDuration(endpoint).catch(ignored);
      const seconds = before === undefined ? took : before + (took - before) * TYPICAL_DURATION_WEIGHT;
      await table.putTypicalDuration(endpoint, Math.round(seconds * 10) / 10).catch(ignored);
    },
  };
}

/** It is only a hint. */
function ignored(error: unknown): undefined {
  logError("the typical job duration could not be read or written", error);
}
