import { openQueue } from "./queue.ts";
import type { Simulator } from "./simulator.ts";

/** Servers with one queue: runners at fal, or a processor. */
export interface Station {
  /** Waits for a free server, which is then busy for some milliseconds. `started` and `done` are called at those times. */
  serve(serviceMs: number, done: () => void, started?: () => void): void;
  /** Servers that are busy. */
  busy(): number;
  waiting(): number;
}

/** Opens a station with `servers` servers; Infinity: nobody waits. First come, first served. */
export function openStation(simulator: Simulator, servers: number): Station {
  const queue = openQueue<() => void>();
  let busy = 0;
  return {
    serve(serviceMs, done, started) {
      const start = () => {
        busy++;
        started?.();
        simulator.after(serviceMs, () => {
          busy--;
          queue.take()?.();
          done();
        });
      };
      if (busy < servers) start();
      else queue.add(start);
    },
    busy: () => busy,
    waiting: () => queue.size(),
  };
}
