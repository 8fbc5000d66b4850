import { join } from "node:path";
import { type Figure, makeRow, type Row } from "../figure.ts";
import type { AddedLatencyInput, AddedLatencyOutput } from "../programs/added-latency.ts";
import { runProgram } from "../programs/run-program.ts";
import { sampleJob } from "../services/rows.ts";
import { environmentOf, startServices } from "../services/services.ts";
import { percentile } from "../statistics.ts";
import { findFunction } from "../workplace.ts";

const loads = [
  { atOnce: 1, rounds: 500, warmUp: 150 },
  { atOnce: 20, rounds: 40, warmUp: 10 },
];
/** What our own work may take, in addition to the table. */
const ownWorkMs = 3;

/** What `POST /jobs` adds to the bare client's submission. */
export const addedLatency: Figure = {
  name: "added-latency",
  question: "How much longer does POST /jobs take than the bare client's queue.submit?",
  load: loads.map(({ atOnce, rounds }) => `${atOnce * rounds} submissions, ${atOnce} at once`).join("; "),
  measure: async (workplace) => {
    const services = await startServices(workplace);
    try {
      const submit = findFunction(workplace.spec, "submit");
      const sample = await sampleJob(workplace, services);
      const { falUrl, dynamodbUrl } = services;
      const rows: Row[] = [];
      for (const load of loads) {
        const input = { file: join(submit.folder, "index.mjs"), falUrl, dynamodbUrl, sample, ...load };
        const environment = environmentOf(submit, services);
        const output = await runProgram<AddedLatencyOutput>(workplace, "added-latency", environment, {
          ...input,
        } satisfies AddedLatencyInput);
        rows.push(...[50, 99].map((percent) => compare(output, load.atOnce, percent)));
      }
      return rows;
    } finally {
      await services.close();
    }
  },
};

function compare({ ours, bare, trips }: AddedLatencyOutput, atOnce: number, percent: number): Row {
  const added = percentile(ours, percent) - percentile(bare, percent);
  const twoTrips = percentile(trips, percent);
  return makeRow(
    `added, ${atOnce} at once, p${percent}`,
    "ms",
    added,
    { name: "two puts of the same row", value: twoTrips },
    { of: "ours", is: "at most", bound: twoTrips + ownWorkMs },
  );
}
