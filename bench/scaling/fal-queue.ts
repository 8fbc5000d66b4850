import { serversNeeded } from "./erlang.ts";
import { writeNumber, writeShare, writeTime } from "./format.ts";
import { simulateCrowd } from "./multi-server.ts";
import { simulateOverload } from "./overload.ts";
import { falRunners } from "./quotas.ts";
import type { Section } from "./section.ts";
import { serviceTimes } from "./service-times.ts";

const usages = [0.3, 0.5, 0.6, 0.7, 0.8, 0.85, 0.9, 0.95];
const shownUsages = [0.5, 0.8, 0.95];
const runnersShown = [falRunners.newAccount, 10, falRunners.most];
/** Jobs, divided by what fal can do. */
const overloads = [1.1, 1.5, 3];
const jobsSimulated = 20_000;
const renderTimesMs = [10_000, 20_000, 60_000];
const loads = [10, 1_000, 100_000];
/** At most this share of the jobs may wait longer than this in fal's queue. */
const promise = { share: 0.01, waitMs: 10_000 };

/** How long jobs wait for one of fal's runners, and how many runners a load needs. */
export function describeFalQueue(seed: number): Section {
  const points = runnersShown.flatMap((runners) => usages.map((usage) => simulateQueue(seed, runners, usage)));
  return {
    tables: {
      "fal-queue": [
        ["fal's runners", "busy", "jobs per minute", "wait: median", "95 %", "99 %"],
        ...points
          .filter(({ usage }) => shownUsages.includes(usage))
          .map(({ runners, usage, perMinute, waits }) => [
            writeNumber(runners),
            writeShare(usage),
            writeNumber(perMinute),
            ...[0.5, 0.95, 0.99].map((share) => writeTime(waits.percentile(share))),
          ]),
      ],
      "fal-overload": [
        ["fal's runners", "jobs per minute", "of what fal can do", "expired", "wait of the others: median", "99 %"],
        ...overloads.map((load) => writeOverload(seed, falRunners.most, load)),
      ],
      "fal-runners": [
        ["jobs per minute", ...renderTimesMs.map((ms) => `runners, if a video takes ${writeTime(ms)}`)],
        ...loads.map((perMinute) => [
          writeNumber(perMinute),
          ...renderTimesMs.map((ms) => writeNumber(runnersFor(perMinute, ms))),
        ]),
      ],
    },
    plots: {
      "fal-queue": {
        title: "Wait in fal's queue: the longest wait of 99 % of the jobs",
        x: { label: "runners that are busy, %", isLogarithmic: false },
        y: { label: "seconds", isLogarithmic: true },
        lines: runnersShown.map((runners) => ({
          name: `${runners} runners`,
          points: points
            .filter((point) => point.runners === runners)
            .map(({ usage, waits }) => [usage * 100, Math.max(0.1, waits.percentile(0.99) / 1000)] as const),
        })),
      },
    },
  };
}

function simulateQueue(seed: number, runners: number, usage: number) {
  const { renderMs: serviceMs, renderSpread: spread } = serviceTimes;
  const perMinute = (usage * runners * 60_000) / serviceMs;
  const minutes = jobsSimulated / perMinute;
  const { waits } = simulateCrowd({ seed, servers: runners, perMinute, serviceMs, spread, minutes });
  return { runners, usage, perMinute, waits };
}

function writeOverload(seed: number, runners: number, load: number): readonly string[] {
  const perMinute = (load * runners * 60_000) / serviceTimes.renderMs;
  const { jobs, expired, waits } = simulateOverload({ seed, runners, perMinute });
  return [
    writeNumber(runners),
    writeNumber(perMinute),
    writeShare(load),
    writeShare(expired / jobs),
    ...[0.5, 0.99].map((share) => writeTime(waits.percentile(share))),
  ];
}

/** By Erlang's formula, whose exponential render times wait longer than real ones. */
function runnersFor(perMinute: number, renderMs: number): number {
  return serversNeeded((perMinute * renderMs) / 60_000, promise.waitMs / renderMs, promise.share);
}
