import { readPauseMs } from "../../lambdas/table/read-pause.ts";
import { writeNumber, writeTime } from "./format.ts";
import { prices } from "./quotas.ts";
import { openRandom } from "./random.ts";
import { openSample, type Sample } from "./sample.ts";
import type { Section } from "./section.ts";
import { serviceTimes } from "./service-times.ts";

/** How a caller learns that its job has ended. */
interface Watcher {
  readonly name: string;
  /** Its name in the plot. Streams have the same line as waits. */
  readonly plotted?: string;
  /** Milliseconds until the next read, by how long the job has run. */
  pauseMs(ranMs: number): number;
  /** The memory of the function that it keeps busy; undefined: each read is a request. */
  readonly memoryGb: number | undefined;
}

/** What was seen for one job. */
interface WatcherSeen {
  readonly reads: Sample;
  readonly delays: Sample;
  readonly ranMs: Sample;
}

const jobs = 20_000;
const loads = [10, 1_000, 100_000];
/** The smallest `Retry-After` of an open job. */
const retryAfterMs = 2_000;
const readMs = serviceTimes.tableMs + serviceTimes.ownMs;

/** Waits and streams pause between reads as the service does. `typicalSeconds`: undefined while it is not known. */
const pausesOfService = (typicalSeconds: number | undefined) => (ranMs: number) =>
  readPauseMs({ submitted_at: new Date(0).toISOString() }, typicalSeconds, ranMs);
const whenKnown = pausesOfService(serviceTimes.renderMs / 1000);

const watchers: readonly Watcher[] = [
  { name: "wait, `Prefer: wait`", plotted: "wait or stream", pauseMs: whenKnown, memoryGb: 0.5 },
  { name: "event stream", pauseMs: whenKnown, memoryGb: 0.25 },
  { name: "event stream of an endpoint's first jobs", pauseMs: pausesOfService(undefined), memoryGb: 0.25 },
  {
    name: "polls as `Retry-After` says",
    plotted: "polling",
    pauseMs: (ranMs) => Math.max(retryAfterMs, serviceTimes.renderMs - ranMs),
    memoryGb: undefined,
  },
];

/** What watching costs: reads of the row, executions, dollars, and the time until the caller knows. */
export function describeWatchers(seed: number): Section {
  const seen = watchers.map((watcher) => ({ watcher, ...watch(seed, watcher) }));
  return {
    tables: {
      watchers: [
        ["each job is watched by", "reads per job", "ended to known: median", "99 %", "dollars per million jobs"],
        ...seen.map(({ watcher, reads, delays, ranMs }) => [
          watcher.name,
          writeNumber(reads.mean()),
          ...[0.5, 0.99].map((share) => writeTime(delays.percentile(share))),
          writeNumber(dollarsOf(watcher, reads.mean(), ranMs.mean())),
        ]),
        ["AppSync Events or a WebSocket API", "0", "not simulated", "", writeNumber(dollarsPushed())],
        ["a callback", "0", "not simulated", "", "0"],
      ],
      "watched-executions": [
        ["if all jobs are watched", ...loads.map((load) => `${writeNumber(load)} per minute`)],
        ...seen.map(({ watcher, reads, ranMs }) => [
          `executions: ${watcher.name}`,
          ...loads.map((load) => writeNumber(executionsOf(watcher, load, reads.mean(), ranMs.mean()))),
        ]),
        ...seen
          .slice(0, 1)
          .map(({ watcher, reads }) => [
            `read units per second: ${watcher.name}`,
            ...loads.map((load) => writeNumber((load / 60) * reads.mean())),
          ]),
      ],
    },
    plots: {
      watchers: {
        title: "Executions that watchers keep busy",
        x: { label: "jobs per minute", isLogarithmic: true },
        y: { label: "at once", isLogarithmic: true },
        lines: [
          ...seen
            .filter(({ watcher }) => watcher.plotted !== undefined)
            .map(({ watcher, reads, ranMs }) => ({
              name: watcher.plotted ?? watcher.name,
              points: [10, 100, 1_000, 10_000, 100_000].map(
                (load) => [load, executionsOf(watcher, load, reads.mean(), ranMs.mean())] as const,
              ),
            })),
          { name: "limit of Lambda", isDashed: true, points: [[10, 1_000] as const, [100_000, 1_000] as const] },
        ],
      },
    },
  };
}

/** Lets each watcher read its job until a read shows the end. */
function watch(seed: number, { pauseMs }: Watcher): WatcherSeen {
  const random = openRandom(seed);
  const [reads, delays, ran] = [openSample(), openSample(), openSample()];
  for (let job = 0; job < jobs; job++) {
    const endsMs = random.around(serviceTimes.renderMs, serviceTimes.renderSpread);
    let [at, count] = [0, 0];
    while (at < endsMs) {
      // The row is read some time after the pause, and says what was true then.
      at += pauseMs(at) + readMs * (0.5 + random.next());
      count++;
    }
    reads.add(count);
    delays.add(at - endsMs);
    ran.add(at);
  }
  return { reads, delays, ranMs: ran };
}

function executionsOf({ memoryGb }: Watcher, perMinute: number, reads: number, ranMs: number): number {
  return ((perMinute / 60) * (memoryGb === undefined ? reads * readMs : ranMs)) / 1000;
}

function dollarsOf({ memoryGb }: Watcher, reads: number, ranMs: number): number {
  const requests = memoryGb === undefined ? reads : 1;
  const busySeconds = (memoryGb === undefined ? reads * readMs : ranMs) / 1000;
  const lambda = requests * prices.lambdaMillion + busySeconds * (memoryGb ?? 0.5) * prices.lambdaGigabyteSecond * 1e6;
  return requests * prices.gatewayMillion + lambda + reads * prices.readMillion;
}

/** A connection for one render, its opening, and one event that is published and one that is received. */
function dollarsPushed(): number {
  return (serviceTimes.renderMs / 60_000) * prices.appSyncMinuteMillion + 3 * prices.appSyncMillion;
}
