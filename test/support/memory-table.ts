import { seededRandom } from "../simulation/random.ts";
import { createTable } from "../simulation/table.ts";

export const NO_FAULTS = { throttled: 0, appliedButTimedOut: 0, retriedBySdk: 0, indexLagMs: 0 };
export const INVOCATION = { name: "test", alive: true, endsAt: Infinity, crashChance: 0, skewMs: 0 };

/** The client of a table in memory without faults. */
export function openMemoryTable(now: () => number) {
  const memory = createTable(tableClock(now), seededRandom(1), NO_FAULTS, () => undefined);
  return { ...memory, client: memory.client(INVOCATION) };
}

/** Time passes only when the test says so, and pauses end at once. */
function tableClock(now: () => number) {
  return {
    now,
    after: (_delayMs: number, run: () => void) => run(),
    crash: () => new Promise<never>(() => {}),
    pause: async () => {},
    run: async () => {},
    steps: () => 0,
  };
}
