import { workingFunctions, workPerJobMs } from "./executions.ts";
import { writeNumber } from "./format.ts";
import { falRunners, quotas } from "./quotas.ts";
import type { Section } from "./section.ts";
import { defaults, leaseWrites, rowWrites, service } from "./service.ts";
import { serviceTimes } from "./service-times.ts";
import { sweepCapacity } from "./sweep-section.ts";

/** Something that ends at some number of jobs per minute. */
interface Capacity {
  readonly what: string;
  readonly perMinute: number;
  readonly raise: string;
}

/** Requests of a job whose caller does not watch it: the submission and the webhook. */
const requestsPerJob = 2;
const units = (of: "rowUnits" | "openUnits" | "settledUnits" | "ownerUnits") =>
  rowWrites.reduce((sum, write) => sum + write[of], 0);

/** Write units of one job: its row, the places of its owner, and both indexes. */
export const writeUnitsPerJob =
  units("rowUnits") + leaseWrites + units("openUnits") + units("settledUnits") + units("ownerUnits");

/** Everything that has an end, the lowest first: the jobs per minute, and what to turn. */
export function describeCapacities(seed: number): Section {
  const rows = listCapacities(seed)
    .toSorted((one, other) => one.perMinute - other.perMinute)
    .map(({ what, perMinute, raise }) => [what, writeNumber(perMinute), raise]);
  return {
    tables: {
      capacities: [["what ends", "jobs per minute", "what raises it"], ...rows],
      "owner-items": [
        ["of one owner", "size up to", "units per write", "writes per job", "jobs per minute"],
        ...listOwnerItems(),
      ],
    },
    plots: {},
  };
}

/** Items that all jobs of an owner write: each is in one partition. */
function listOwnerItems(): readonly (readonly string[])[] {
  const { waitingMax, idBytes } = service.handedOver;
  const items = [
    { item: "its entries in `byOwner`", bytes: 200, writes: 1 },
    { item: "its budget of a day", bytes: 2 * service.budget.writesRemembered * service.budget.writeBytes, writes: 1 },
    { item: "its places, for each kind of work", bytes: defaults.workersPerOwner * service.placeBytes, writes: 2 },
    { item: "the jobs that wait for a place", bytes: waitingMax * idBytes, writes: 1 },
  ];
  return items.map(({ item, bytes, writes }) => {
    const unitsPerWrite = Math.ceil(bytes / 1024);
    const perMinute = (60 * quotas.partitionWriteUnits) / (unitsPerWrite * writes);
    return [item, `${writeNumber(bytes / 1024)} KB`, ...[unitsPerWrite, writes, perMinute].map(writeNumber)];
  });
}

function listCapacities(seed: number): readonly Capacity[] {
  const busyMs = workingFunctions.reduce((sum, name) => sum + workPerJobMs[name], 0);
  const rendersPerMinute = 60_000 / serviceTimes.renderMs;
  const copies = service.handedOver.copiesAtOnce * defaults.workersPerOwner;
  const { writesRemembered, rememberedMs } = service.budget;
  const perMinute = (perSecond: number) => perSecond * 60;
  return [
    {
      what: "fal, a new account",
      perMinute: falRunners.newAccount * rendersPerMinute,
      raise: "spend more at fal, which raises your concurrency",
    },
    {
      what: "fal, the most that it lists",
      perMinute: falRunners.most * rendersPerMinute,
      raise: "a contract with fal",
    },
    {
      what: "Lambda, a new AWS account",
      perMinute: (quotas.newAccountExecutions * 60_000) / busyMs,
      raise: "the quota; then the setting `accountConcurrency`",
    },
    {
      what: "copies of one owner's videos",
      perMinute: (copies * 60_000) / serviceTimes.copyMs,
      raise: "the setting `workersPerOwner`, or more owners",
    },
    {
      what: "the budget of one owner",
      perMinute: (writesRemembered * 60_000) / rememberedMs,
      raise: "batches, more owners, or no entry for it in the setting `dailyBudgets`",
    },
    {
      what: "one sweep, if no webhook arrives",
      perMinute: sweepCapacity(seed, "answers"),
      raise: "a sweep for each group of shards: see below",
    },
    {
      what: "one API key",
      perMinute: perMinute(defaults.rateLimitPerSecond),
      raise: "the settings `rateLimitPerSecond` and `burstLimit`",
    },
    {
      what: "all API keys on `POST /jobs`",
      perMinute: perMinute(defaults.routeRatePerSecond),
      raise: "the settings `routeRatePerSecond` and `routeBurst`",
    },
    {
      what: "webhooks",
      perMinute: perMinute(defaults.webhookRatePerSecond),
      raise: "the settings `webhookRatePerSecond` and `webhookBurst`",
    },
    {
      what: "Lambda, the usual quota",
      perMinute: (quotas.lambdaExecutions * 60_000) / busyMs,
      raise: "the quota; then the setting `accountConcurrency`",
    },
    {
      what: "jobs of one owner in `byOwner`",
      perMinute: perMinute(quotas.partitionWriteUnits / units("ownerUnits")),
      raise: "more owners",
    },
    {
      what: "settled lane of `byDue`",
      perMinute: perMinute((quotas.partitionWriteUnits * service.sweep.shards) / units("settledUnits")),
      raise: "`DUE_SHARDS`: see below",
    },
    {
      what: "open lane of `byDue`",
      perMinute: perMinute((quotas.partitionWriteUnits * service.sweep.shards) / units("openUnits")),
      raise: "`DUE_SHARDS`: see below",
    },
    {
      what: "write units of the table",
      perMinute: perMinute(quotas.tableWriteUnits / (units("rowUnits") + leaseWrites)),
      raise: "the table's quota",
    },
    {
      what: "API Gateway",
      perMinute: perMinute(quotas.gatewayRequests / requestsPerJob),
      raise: "the quota",
    },
    {
      what: "EventBridge, one event per job",
      perMinute: perMinute(quotas.putEvents),
      raise: "the quota",
    },
  ];
}
