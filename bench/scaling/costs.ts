import { functionNeeds } from "../../infra/function-needs.ts";
import { writeUnitsPerJob } from "./capacities.ts";
import { workingFunctions, workPerJobMs } from "./executions.ts";
import { writeNumber } from "./format.ts";
import { falUsdPerVideo, prices } from "./quotas.ts";
import type { Section } from "./section.ts";
import { service } from "./service.ts";
import { serviceTimes } from "./service-times.ts";

const loads = [10, 1_000, 100_000];
const minutesPerMonth = 43_800;
const million = 1_000_000;
const logBytesPerJob = 3_000;

/** Dollars for a million jobs on the usual way, by list price, without watchers, storage and downloads. */
const dollarsPerMillion: Readonly<Record<string, number>> = {
  "API Gateway: a submission and a webhook": 2 * prices.gatewayMillion,
  [`DynamoDB: ${writeUnitsPerJob} write units`]: writeUnitsPerJob * prices.writeMillion,
  "DynamoDB: reads after settling": 8 * prices.readMillion,
  "Lambda: time": workingFunctions.reduce((sum, name) => sum + lambdaDollars(name), 0),
  "Lambda: 6 invocations": 6 * prices.lambdaMillion,
  "S3: a video is put": prices.putMillion,
  "EventBridge: an event": prices.eventMillion,
  "CloudWatch: 3 KB of logs": ((logBytesPerJob * million) / 1e9) * prices.logsGigabyte,
};

/** What AWS bills at each load, and what fal does. */
export function describeCosts(): Section {
  const sum = Object.values(dollarsPerMillion).reduce((all, each) => all + each, 0);
  const monthly = (dollars: number) => loads.map((load) => money((dollars * load * minutesPerMonth) / million));
  return {
    tables: {
      costs: [
        ["part", "per million jobs", ...loads.map((load) => `a month at ${writeNumber(load)} per minute`)],
        ...Object.entries(dollarsPerMillion).map(([part, dollars]) => [part, money(dollars), ...monthly(dollars)]),
        ["AWS", money(sum), ...monthly(sum)],
        ["fal", money(falUsdPerVideo * million), ...monthly(falUsdPerVideo * million)],
      ],
      "other-traffic": [
        ["per day", ...loads.map((load) => `${writeNumber(load)} per minute`)],
        ["fetches of fal's signing keys", ...loads.map((load) => writeNumber(keyFetchesPerDay(load)))],
        [
          "reads of `fal#account`, and of `service#pause`",
          ...loads.map((load) => writeNumber(stateReadsPerSecond(load) * 86_400)),
        ],
        ["events on the bus", ...loads.map((load) => writeNumber(load * 1440))],
        ["events of the sweep's schedule", ...loads.map(() => writeNumber(1440))],
      ],
    },
    plots: {},
  };
}

function lambdaDollars(name: (typeof workingFunctions)[number]): number {
  return (workPerJobMs[name] / 1000) * (functionNeeds[name].memoryMb / 1024) * prices.lambdaGigabyteSecond * million;
}

/** Each new instance of the webhook's function fetches them once. At least one instance is there all day. */
function keyFetchesPerDay(perMinute: number): number {
  return (instancesOf("webhook", perMinute) * 86_400_000) / serviceTimes.instanceLifetimeMs;
}

/** Each instance that submits reads the state of the service at most once in some seconds. */
function stateReadsPerSecond(perMinute: number): number {
  return Math.min(instancesOf("submit", perMinute) / service.stateReadEveryMs, perMinute / 60_000) * 1000;
}

/** Instances at busy moments: the mean and three standard deviations. */
function instancesOf(name: (typeof workingFunctions)[number], perMinute: number): number {
  const busy = ((perMinute / 60) * workPerJobMs[name]) / 1000;
  return Math.ceil(busy + 3 * Math.sqrt(busy));
}

function money(dollars: number): string {
  return `$${writeNumber(dollars)}`;
}
