import { setMaxListeners } from "node:events";
import type { Life } from "./life.ts";

const maxHoldMs = 5_000;

/** The order in which deliveries leave. */
export interface LineUp {
  /** Waits for a moment (epoch milliseconds), or for `release`. */
  waitUntil(timeMs: number): Promise<void>;
  /** Waits until another request's delivery has passed; does not wait when another request is being held already. */
  hold(requestId: string): Promise<void>;
  /** Reports that a delivery of this request was sent. */
  passed(requestId: string): void;
  /** Ends all present waits for a moment. */
  release(): void;
}

/** Makes an empty line-up. */
export function createLineUp(life: Life): LineUp {
  let releasing = patientController();
  let held: { readonly requestId: string; readonly letGo: AbortController } | undefined;
  const pauseUnless = async (ms: number, { signal }: AbortController) => {
    await life.pause(ms, signal).catch(() => life.signal.throwIfAborted());
  };
  return {
    waitUntil: (timeMs) => pauseUnless(timeMs - Date.now(), releasing),
    hold: async (requestId) => {
      if (held && held.requestId !== requestId) return;
      const mine = held ?? { requestId, letGo: patientController() };
      held = mine;
      await pauseUnless(maxHoldMs, mine.letGo);
      if (held === mine) held = undefined;
    },
    passed: (requestId) => {
      if (!held || held.requestId === requestId) return;
      held.letGo.abort();
      held = undefined;
    },
    release: () => {
      releasing.abort();
      releasing = patientController();
    },
  };
}

function patientController(): AbortController {
  const controller = new AbortController();
  setMaxListeners(0, controller.signal);
  return controller;
}
