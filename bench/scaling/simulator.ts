/** A clock, and events that happen in the order of their times. */
export interface Simulator {
  /** Milliseconds since the start. */
  now(): number;
  /** Lets something happen after some milliseconds. What is scheduled for one moment happens in the order of the calls. */
  after(delayMs: number, action: () => void): void;
  /** Runs all events up to a time, or until none is left. The clock then shows that time. */
  run(untilMs: number): void;
}

interface Event {
  readonly at: number;
  /** Which of the events of one moment comes first. */
  readonly number: number;
  readonly action: () => void;
}

/** Creates an empty simulation: a binary heap of events. */
export function openSimulator(): Simulator {
  const heap: Event[] = [];
  let time = 0;
  let count = 0;
  return {
    now: () => time,
    after(delayMs, action) {
      push(heap, { at: time + Math.max(0, delayMs), number: count++, action });
    },
    run(untilMs) {
      for (let next = heap[0]; next !== undefined && next.at <= untilMs; next = heap[0]) {
        pop(heap);
        time = next.at;
        next.action();
      }
      time = Math.max(time, untilMs);
    },
  };
}

function push(heap: Event[], event: Event): void {
  let place = heap.length;
  heap.push(event);
  while (place > 0) {
    const above = (place - 1) >> 1;
    const parent = heap[above];
    if (parent === undefined || !isBefore(event, parent)) break;
    heap[place] = parent;
    place = above;
  }
  heap[place] = event;
}

/** Removes the first event. */
function pop(heap: Event[]): void {
  const last = heap.pop();
  if (last === undefined || heap.length === 0) return;
  let place = 0;
  for (;;) {
    const left = heap[2 * place + 1];
    const right = heap[2 * place + 2];
    if (left === undefined) break;
    const isRight = right !== undefined && isBefore(right, left);
    const child = isRight ? right : left;
    if (!isBefore(child, last)) break;
    heap[place] = child;
    place = 2 * place + (isRight ? 2 : 1);
  }
  heap[place] = last;
}

function isBefore(one: Event, other: Event): boolean {
  return one.at < other.at || (one.at === other.at && one.number < other.number);
}
