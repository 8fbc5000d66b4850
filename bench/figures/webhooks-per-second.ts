import { join } from "node:path";
import { compareRounds, type Figure } from "../figure.ts";
import { runProgram } from "../programs/run-program.ts";
import type { WebhooksInput, WebhooksOutput, WebhooksRound } from "../programs/webhooks.ts";
import { sampleJob } from "../services/rows.ts";
import { environmentOf, startServices } from "../services/services.ts";
import { findFunction } from "../workplace.ts";

const load = { deliveries: 300, duplicates: 0.3, atOnce: 20, rounds: 10, warmUp: 3 };
const rival = "bare conditional updates";

/** How many webhooks one function process settles. */
export const webhooksPerSecond: Figure = {
  name: "webhooks-per-second",
  question: "How many webhooks does one process settle per second, 30 % of them duplicates?",
  load: `${load.rounds} rounds of ${load.deliveries} deliveries, ${load.atOnce} at once`,
  measure: async (workplace) => {
    const services = await startServices(workplace);
    try {
      const webhook = findFunction(workplace.spec, "webhook");
      const input: WebhooksInput = {
        ...load,
        file: join(webhook.folder, "index.mjs"),
        dynamodbUrl: services.dynamodbUrl,
        sample: await sampleJob(workplace, services),
        seed: workplace.seed,
      };
      const environment = environmentOf(webhook, services);
      const { ours, updates } = await runProgram<WebhooksOutput>(workplace, "webhooks", environment, input);
      const compare = (name: string, rate: (round: WebhooksRound) => number, bound?: number) =>
        compareRounds(
          name,
          "/s",
          ours.map(rate),
          { name: rival, samples: updates.map(rate) },
          bound === undefined ? undefined : { of: "ratio", is: "at least", bound },
        );
      return [
        compare("webhooks per second", ({ wallMs }) => (load.deliveries / wallMs) * 1000, 0.8),
        compare("webhooks per second of the process's own CPU time", ({ cpuMs }) => (load.deliveries / cpuMs) * 1000),
      ];
    } finally {
      await services.close();
    }
  },
};
