import { writeNumber, writeShare } from "./format.ts";
import { quotas } from "./quotas.ts";
import { openRandom } from "./random.ts";
import { openSample } from "./sample.ts";
import type { Section } from "./section.ts";
import { rowWrites, service } from "./service.ts";
import { serviceTimes } from "./service-times.ts";

const loads = [10, 1_000, 10_000, 20_000, 40_000, 60_000, 100_000];
const shownLoads = [10, 1_000, 100_000];
const moreShards = 64;
const seconds = 40;

/** Write units per second in the partitions of `byDue`, in one lane. */
interface LaneSeen {
  readonly perMinute: number;
  readonly mean: number;
  /** In the busiest second of the busiest partition. */
  readonly most: number;
}

/** How busy the partitions of the index of due jobs are. */
export function describePartitions(seed: number): Section {
  const simulate = (lane: Lane, shards: number) => loads.map((load) => simulateLane(seed, lane, load, shards));
  const open = simulate("open", service.sweep.shards);
  const settled = simulate("settled", service.sweep.shards);
  const spread = simulate("settled", moreShards);
  const limit = quotas.partitionWriteUnits;
  const line = (name: string, seen: readonly LaneSeen[]) => ({
    name,
    points: seen.map(({ perMinute, most }) => [perMinute, most] as const),
  });
  return {
    tables: {
      partitions: [
        ["jobs per minute", "lane", "shards", "units per second and shard", "busiest second", "of the limit"],
        ...shownLoads.flatMap((load) => [
          writeRow("open", service.sweep.shards, open, load),
          writeRow("settled", service.sweep.shards, settled, load),
        ]),
        writeRow("settled", moreShards, spread, shownLoads.at(-1) ?? 0),
      ],
    },
    plots: {
      partitions: {
        title: "Write units in the busiest second of a shard of byDue",
        x: { label: "jobs per minute", isLogarithmic: true },
        y: { label: "units", isLogarithmic: true },
        lines: [
          line(`settled, ${service.sweep.shards} shards`, settled),
          line(`open, ${service.sweep.shards} shards`, open),
          line(`settled, ${moreShards} shards`, spread),
          { name: "limit", isDashed: true, points: loads.map((load) => [load, limit] as const) },
        ],
      },
    },
  };
}

type Lane = "open" | "settled";

function writeRow(lane: Lane, shards: number, seen: readonly LaneSeen[], load: number): string[] {
  const { mean, most } = seen.find(({ perMinute }) => perMinute === load) ?? { mean: 0, most: 0 };
  const share = writeShare(most / quotas.partitionWriteUnits);
  return [writeNumber(load), lane, writeNumber(shards), writeNumber(mean), writeNumber(most), share];
}

/** Counts the units of each second and shard while jobs arrive, each with all of its writes. */
function simulateLane(seed: number, lane: Lane, perMinute: number, shards: number): LaneSeen {
  const random = openRandom(seed);
  const lastMs = 60_000 + 2 * serviceTimes.renderMs;
  const cells = new Float64Array(shards * seconds);
  // Jobs arrive long before the seconds that are counted, so that all kinds of writes fall into them.
  for (let at = -lastMs; at < seconds * 1000; at += random.exponential(60_000 / perMinute)) {
    const shard = random.below(shards);
    const renderMs = random.around(serviceTimes.renderMs, serviceTimes.renderSpread);
    for (const { afterMs, isSettled, openUnits, settledUnits } of rowWrites) {
      const second = Math.floor((at + afterMs + (isSettled ? renderMs : 0)) / 1000);
      if (second < 0 || second >= seconds) continue;
      const cell = shard * seconds + second;
      cells[cell] = (cells[cell] ?? 0) + (lane === "open" ? openUnits : settledUnits);
    }
  }
  const sample = openSample();
  for (const units of cells) sample.add(units);
  return { perMinute, mean: sample.mean(), most: sample.max() };
}
