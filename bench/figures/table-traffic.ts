import { setTimeout as delay } from "node:timers/promises";
import { GetCommand } from "@aws-sdk/lib-dynamodb";
import { type Figure, makeRow } from "../figure.ts";
import { prices } from "../prices.ts";
import { createJob } from "../services/caller.ts";
import type { TableCall } from "../services/recording-proxy.ts";
import { openTable, tableName } from "../services/rows.ts";
import { type Services, startServices } from "../services/services.ts";
import { startStack } from "../services/stack.ts";
import { sum } from "../statistics.ts";
import type { Workplace } from "../workplace.ts";

const jobs = 50;
const atFalMs = 2_000;
const pollMs = 200;
const settleTimeoutMs = 60_000;
const million = 1_000_000;
/** A design that stores one small row and updates it once; see the arithmetic in docs/performance/figures.md. */
const tutorial = { name: "the tutorial's put, get, put", writes: 2, writeUnits: 2, reads: 1, readUnits: 0.5 };

/** What a job costs in the table on the happy path: hosted picture, webhook, copied video, event, no callback. */
export const tableTraffic: Figure = {
  name: "table-traffic",
  question: "How much table traffic does a job cause on the happy path?",
  load: `${jobs} jobs through the local stack; units as DynamoDB Local reports them, indexes included`,
  needsJava: true,
  measure: async (workplace) => {
    const services = await startServices(workplace);
    const stack = await startStack(workplace, {
      AWS_ENDPOINT_URL_DYNAMODB: services.recordedUrl,
      FAL_ENDPOINT_URL: services.falUrl,
      FAL_KEY: "bench",
    });
    try {
      // The first job loads every function; what they read once is not a job's.
      await runJobs(workplace, services, stack.url, 1);
      await services.takeCalls();
      await runJobs(workplace, services, stack.url, jobs);
      return describe(await services.takeCalls());
    } finally {
      await stack.close();
      await services.close();
    }
  },
};

/** Creates jobs, and waits until nothing is left to do for them. Reads the engine itself, which is not recorded. */
async function runJobs(workplace: Workplace, services: Services, url: string, count: number): Promise<void> {
  const table = openTable(services.dynamodbUrl);
  const created: string[] = [];
  for (let job = 0; job < count; job++) created.push((await createJob(url, `for ${atFalMs} ms`)).id);
  const deadline = Date.now() + settleTimeoutMs;
  for (const id of created) {
    for (;;) {
      const { Item } = await table.send(new GetCommand({ TableName: tableName(workplace), Key: { id } }));
      if (Item?.status === "succeeded" && Item.due_at === undefined) break;
      if (Date.now() > deadline) throw new Error(`a job is ${Item?.status} and due at ${Item?.due_at}`);
      await delay(pollMs);
    }
  }
}

function describe(calls: readonly TableCall[]) {
  const perJob = (values: readonly number[]) => sum(values) / jobs;
  const writes = calls.filter(({ operation }) => /Put|Update|Delete|BatchWrite/.test(operation));
  const reads = calls.filter((call) => !writes.includes(call));
  const ofRow = ({ subject }: TableCall) => /^[0-9a-f]{32}$/.test(subject);
  const writeUnits = perJob(calls.map(({ writeUnits }) => writeUnits));
  const readUnits = perJob(calls.map(({ readUnits }) => readUnits));
  const early = perJob([readsUntilSettled(calls)]);
  const dollars = (writesEach: number, readsEach: number) =>
    ((writesEach * million) / million) * prices.tableWrites + ((readsEach * million) / million) * prices.tableReads;
  const {
    name,
    writes: rivalWrites,
    writeUnits: rivalWriteUnits,
    reads: rivalReads,
    readUnits: rivalReadUnits,
  } = tutorial;
  return [
    makeRow(
      "writes of the job's row",
      "per job",
      perJob([writes.filter(ofRow).length]),
      { name, value: rivalWrites },
      {
        of: "ours",
        is: "at most",
        bound: 5,
      },
    ),
    makeRow("all writes, with leases and counters", "per job", perJob([writes.length]), { name, value: rivalWrites }),
    makeRow("write units", "per job", writeUnits, { name, value: rivalWriteUnits }),
    makeRow("write units of indexes alone", "per job", perJob(calls.map(({ indexWriteUnits }) => indexWriteUnits))),
    makeRow("reads until the job has settled", "per job", early, undefined, { of: "ours", is: "at most", bound: 0 }),
    makeRow("all reads", "per job", perJob([reads.length]), { name, value: rivalReads }),
    makeRow("read units", "per job", readUnits, { name, value: rivalReadUnits }),
    makeRow("the table alone, per million jobs", "$", dollars(writeUnits, readUnits), {
      name,
      value: dollars(rivalWriteUnits, rivalReadUnits),
    }),
  ];
}

/** Reads of each job's row before its webhook's update. */
function readsUntilSettled(calls: readonly TableCall[]): number {
  const settled = new Set<string>();
  let reads = 0;
  for (const { operation, subject } of calls) {
    if (operation === "UpdateItem") settled.add(subject);
    else if (operation === "GetItem" && /^[0-9a-f]{32}$/.test(subject) && !settled.has(subject)) reads++;
  }
  return reads;
}
