import { randomUUID } from "node:crypto";
import type { Invocation } from "./function-instance.ts";
import { localAccountId, localRegion } from "./locality.ts";
import type { ScheduleSpec } from "./template.ts";

/** Running schedules. `close` starts no more invocations and waits for the running ones. */
export type Schedules = { close(): Promise<void> };

/**
 * Invokes every scheduled function repeatedly. If a run takes longer than the interval, the next run waits for its end. A
 * throttled run is left out.
 */
export function startSchedules(
  schedules: readonly ScheduleSpec[],
  intervalMs: number,
  invoke: (functionId: string, event: unknown) => Promise<Invocation>,
): Schedules {
  const running = new Map<string, Promise<unknown>>();
  const timers = schedules.map((schedule) =>
    setInterval(() => {
      if (running.has(schedule.id)) return;
      const run = invoke(schedule.functionId, schedule.input ?? scheduledEvent(schedule)).finally(() =>
        running.delete(schedule.id),
      );
      running.set(schedule.id, run);
    }, intervalMs),
  );
  return {
    close: async () => {
      for (const timer of timers) clearInterval(timer);
      await Promise.all(running.values());
    },
  };
}

// The event that EventBridge sends if the rule defines no input.
function scheduledEvent({ id }: ScheduleSpec) {
  return {
    version: "0",
    id: randomUUID(),
    "detail-type": "Scheduled Event",
    source: "aws.events",
    account: localAccountId,
    time: new Date().toISOString(),
    region: localRegion,
    resources: [`arn:aws:events:${localRegion}:${localAccountId}:rule/${id}`],
    detail: {},
  };
}
