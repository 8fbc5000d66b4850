import type { Publish } from "../../lambdas/aws/event-bus.ts";
import type { Random } from "./random.ts";
import type { Invocation, Scheduler } from "./scheduler.ts";

/** What the simulated event bus does wrong. */
export interface BusFaults {
  /** A request that is answered with an error, as a probability. */
  readonly fails: number;
}

/** One event as it left for the bus. */
export interface BusEvent {
  readonly jobId: string;
  /** Epoch milliseconds. */
  readonly at: number;
  readonly type: string;
  readonly detail: string;
  /** The bus has it, and said so. */
  isTaken: boolean;
}

/** The account's event bus. `onEvent` hears of each event before it leaves. */
export function createEventBus(
  scheduler: Scheduler,
  random: Random,
  faults: BusFaults,
  onEvent: (event: BusEvent) => void,
) {
  const events = new Map<string, BusEvent[]>();
  return {
    /** What left, by job, the earliest first. */
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
