import { setMaxListeners } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";

/** Background work that continues after an HTTP request, and its pauses. All of it ends with the emulator. */
export interface Life {
  readonly signal: AbortSignal;
  /**
   * Tracks background work. Work that is interrupted by the emulator's end is not an error; other failures are printed.
   */
  keep(work: Promise<unknown>): void;
  /** Waits; rejects when the emulator ends or `signal` aborts. */
  pause(ms: number, signal?: AbortSignal): Promise<void>;
  /** Cuts every pause short and resolves when all tracked work has stopped. */
  end(): Promise<void>;
}

/** Starts a life. */
export function startLife(): Life {
  const ending = new AbortController();
  const kept = new Set<Promise<unknown>>();
  // Hundreds of requests wait at once, each with its own listener.
  setMaxListeners(0, ending.signal);
  return {
    signal: ending.signal,
    keep: (work) => {
      const watched = work
        .catch((error: unknown) => {
          if (!ending.signal.aborted) console.error("fal emulator:", error);
        })
        .finally(() => kept.delete(watched));
      kept.add(watched);
    },
    pause: async (ms, signal) => {
      const either = signal ? AbortSignal.any([signal, ending.signal]) : ending.signal;
      await sleep(Math.max(0, ms), undefined, { signal: either });
    },
    end: async () => {
      ending.abort();
      await Promise.all(kept);
    },
  };
}
