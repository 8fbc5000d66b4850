import { writeNumber, writeTime } from "./format.ts";
import { type Keeping, type KeepingSeen, simulateKeeping } from "./keeping.ts";
import type { Section } from "./section.ts";
import { defaults } from "./service.ts";

const ofOneOwner = [10, 100, 300, 600, 900, 1_100, 1_200, 1_300, 1_500];
const shown = [10, 600, 1_100, 1_300];
const morePlaces = 30;
/** A large load is independent parts, of which one is simulated: owners and shards of the stream do not meet. */
const parts = 20;

/** How soon a video is kept after its job has settled: the stream, the places of an owner, and the sweep. */
export function describeKeeping(seed: number): Section {
  const simulate = (jobsPerMinute: number, owners: number, workersPerOwner: number, streamShards = 4, minutes = 10) =>
    name({ seed, jobsPerMinute, owners, workersPerOwner, streamShards, minutes });
  const few = ofOneOwner.map((jobs) => simulate(jobs, 1, defaults.workersPerOwner));
  const many = ofOneOwner.map((jobs) => simulate(jobs, 1, morePlaces));
  const part = simulate(100_000 / parts, 100 / parts, morePlaces, 4, 4);
  const rows = [
    ...few.filter(({ jobsPerMinute }) => shown.includes(jobsPerMinute)),
    ...many.filter(({ jobsPerMinute }) => jobsPerMinute === shown.at(-1)),
    simulate(1_000, 100, defaults.workersPerOwner),
  ].map((each) => writeRow(each, 1));
  return {
    tables: {
      keeping: [
        [
          "jobs per minute",
          "owners",
          "`workersPerOwner`",
          "settled to kept: median",
          "99 %",
          "executions: mean",
          "late",
        ],
        ...rows,
        writeRow(part, parts),
      ],
    },
    plots: {
      keeping: {
        title: "One owner: from settled to kept, 99 % of videos",
        x: { label: "jobs per minute", isLogarithmic: false },
        y: { label: "seconds", isLogarithmic: true },
        lines: [
          { name: `${defaults.workersPerOwner} places`, points: few.map(toPoint) },
          { name: `${morePlaces} places`, points: many.map(toPoint) },
        ],
      },
    },
  };
}

type Named = Keeping & KeepingSeen;

function name(keeping: Keeping): Named {
  return { ...keeping, ...simulateKeeping(keeping) };
}

function writeRow(
  { jobsPerMinute, owners, workersPerOwner, delays, executions, late }: Named,
  times: number,
): string[] {
  return [
    writeNumber(jobsPerMinute * times),
    writeNumber(owners * times),
    writeNumber(workersPerOwner),
    ...[0.5, 0.99].map((share) => writeTime(delays.percentile(share))),
    writeNumber(executions.mean() * times),
    writeNumber(late * times),
  ];
}

function toPoint({ jobsPerMinute, delays }: Named) {
  return [jobsPerMinute, delays.percentile(0.99) / 1000] as const;
}
