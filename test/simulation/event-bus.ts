import type { Publish } from "../../lambdas/aws/event-bus.ts";
import type { Random } from "./random.ts";
import type { Invocation, Scheduler } from "./scheduler.ts";

/** The faults of the simulated event bus. */
export interface BusFaults {
  /** A request that is answered with an error, as a probability. */
  readonly fails: number;
}

/** One event sent to the bus. */
export interface BusEvent {
  readonly jobId: string;
  /** Epoch milliseconds. */
  readonly at: number;
  readonly type: string;
  readonly detail: string;
  /** The bus has it, and confirmed it. */
  isTaken: boolean;
}

/** The account's event bus. `onEvent` is called with each event before it is sent. */
export function createEventBus(
  scheduler: Scheduler,
  random: Random,
  faults: BusFaults,
  onEvent: (event: BusEvent) => void,
) {
  const events = new Map<string, BusEvent[]>();
  return {
    /** The sent events, by job, earliest first. */
    events: events as ReadonlyMap<string, readonly BusEvent[]>,
    publish:
      (by: Invocation): Publish =>
      async (type, detail) => {
        const event = { jobId: String(JSON.parse(detail).data.id), at: scheduler.now(), type, detail, isTaken: false };
        onEvent(event);
        events.set(event.jobId, [...(events.get(event.jobId) ?? []), event]);
        await scheduler.pause(by, 5, 200);
        if (random.chance(faults.fails)) throw new Error("simulated trouble of the event bus");
        event.isTaken = true;
        await scheduler.pause(by, 1, 50);
      },
  };
}
