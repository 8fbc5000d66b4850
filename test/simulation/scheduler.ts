import type { Random } from "./random.ts";

/** One invocation: it runs until it is done, its time is up, or it crashes, and then takes no further step. */
export interface Invocation {
  readonly name: string;
  alive: boolean;
  /** The table or the bucket failed during it, so it may have left something behind that it could not remove. */
  wasFailed?: boolean;
  /** Epoch milliseconds at which the platform ends it. */
  readonly endsAt: number;
  /** The probability that a step is its last. */
  readonly crashChance: number;
  /** How far its clock is off, in milliseconds. */
  readonly skewMs: number;
}

/** Simulated time, and the order in which everything in it happens. */
export interface Scheduler {
  now(): number;
  after(delayMs: number, run: () => void): void;
  /** Lets time pass within an invocation. Others run meanwhile; a dead invocation never continues. */
  pause(invocation: Invocation, minMs: number, maxMs: number): Promise<void>;
  /** Ends an invocation in the middle. Never resolves. */
  crash(invocation: Invocation): Promise<never>;
  run(until: number): Promise<void>;
  readonly steps: () => number;
}

interface Planned {
  readonly at: number;
  readonly order: number;
  readonly run: () => void;
}

/** Everything is an event in one queue; the seed decides the order of events that are due at the same time. */
export function createScheduler(random: Random, startMs: number, trace: (line: string) => void): Scheduler {
  const queue: Planned[] = [];
  let nowMs = startMs;
  let steps = 0;

  const after = (delayMs: number, run: () => void) => {
    insert(queue, { at: nowMs + Math.max(0, Math.round(delayMs)), order: random.next(), run });
  };
  return {
    now: () => nowMs,
    after,
    steps: () => steps,
    pause(invocation, minMs, maxMs) {
      const delayMs = random.between(minMs, maxMs);
      return new Promise((resolve) => {
        if (!invocation.alive) return;
        if (random.chance(invocation.crashChance) || nowMs + delayMs > invocation.endsAt) {
          invocation.alive = false;
          trace(`${invocation.name} ✝ ends in the middle`);
          return;
        }
        after(delayMs, () => invocation.alive && resolve());
      });
    },
    crash(invocation) {
      invocation.alive = false;
      trace(`${invocation.name} ✝ crashes`);
      return new Promise(() => {});
    },
    async run(until) {
      for (let next = queue[0]; next && next.at <= until; next = queue[0]) {
        queue.shift();
        nowMs = next.at;
        steps++;
        next.run();
        // Everything that follows from this step without waiting happens before the next one.
        await new Promise((resolve) => setImmediate(resolve));
      }
      nowMs = until;
    },
  };
}

function insert(queue: Planned[], planned: Planned): void {
  let low = 0;
  let high = queue.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const other = queue[middle];
    if (other && (other.at < planned.at || (other.at === planned.at && other.order < planned.order))) low = middle + 1;
    else high = middle;
  }
  queue.splice(low, 0, planned);
}
