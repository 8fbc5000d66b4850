import { setTimeout as delay } from "node:timers/promises";
import { BatchWriteCommand, type DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import pLimit from "p-limit";
import { SWEEP_OPEN_LANE_MS } from "../../lambdas/limits.ts";
import { type FunctionRuntime, startFunction } from "../../local/stack/function-runtime.ts";
import { createTables } from "../../local/stack/tables.ts";
import { type Figure, type Row as FigureRow, makeRow } from "../figure.ts";
import { takeTurns } from "../rounds.ts";
import { hangingPrefix } from "../services/fast-fal.ts";
import { copyRow, newKeys, openTable, type Row, type Sample, sampleJob } from "../services/rows.ts";
import { environmentOf, type Services, startServices } from "../services/services.ts";
import { sum } from "../statistics.ts";
import { findFunction, type Workplace } from "../workplace.ts";

/** One sweep: what it took, and what it read. */
type Swept = {
  readonly ms: number;
  readonly reads: number;
  readonly readUnits: number;
  /** The part of them that counts the open jobs. */
  readonly countUnits: number;
};
type Field = { readonly open: number; readonly table: string; readonly sweep: FunctionRuntime };

const sizes = [1_000, 10_000, 100_000];
const dueJobs = 1_000;
const rounds = 2;
const batchSize = 25;
const batchesAtOnce = 8;
const dayMs = 86_400_000;
/** More than can be looked at in the time. */
const overdueJobs = 20_000;
const looksMs = 20_000;
/** Rule P8: each open job is looked at once in five minutes, at least. */
const minutesBetweenLooks = 5;

const measures: readonly (readonly [name: string, unit: string, of: (swept: Swept) => number])[] = [
  ["time", "ms", ({ ms }) => ms],
  ["reads", "", ({ reads }) => reads],
  ["read units", "", ({ readUnits }) => readUnits],
  ["read units without the count of open jobs", "", ({ readUnits, countUnits }) => readUnits - countUnits],
];

/** What a sweep costs when the table grows, and how many jobs it looks at. */
export const sweepSize: Figure = {
  name: "sweep-size",
  question: "Does a sweep take longer when more jobs are open, and how many jobs does it look at?",
  load: `${dueJobs} due jobs among ${sizes.join(", ")} open ones, the faster of ${rounds} sweeps each; looks counted for ${looksMs / 1000} s`,
  measure: async (workplace) => {
    const services = await startServices(workplace);
    const fields: Field[] = [];
    try {
      const sample = await sampleJob(workplace, services);
      for (const open of sizes) fields.push(await makeField(workplace, services, open));
      return [...(await compareSizes(services, sample, fields)), ...(await countLooks(workplace, services, sample))];
    } finally {
      for (const { sweep } of fields) await sweep.close();
      await services.close();
    }
  },
};

/** A table of its own with open jobs that are not due, and a sweep over it. */
async function makeField(workplace: Workplace, services: Services, open: number): Promise<Field> {
  const table = `Jobs${open}`;
  await createTable(workplace, services, table);
  const due_at = Date.now() + dayMs;
  // The sweep sees of them only what the index has.
  const rows = Array.from({ length: open - dueJobs }, () => ({ ...newKeys(), due_at }));
  workplace.progress(`writing ${open} rows`);
  await writeRows(openTable(services.dynamodbUrl), table, rows);
  return { open, table, sweep: startSweep(workplace, services, table) };
}

/** A table like the deployment's, but without the stream: DynamoDB Local slows down as a stream grows. */
async function createTable({ spec }: Workplace, { dynamodbUrl }: Services, TableName: string): Promise<void> {
  const tables = spec.tables.map((each) => ({
    ...each,
    create: { ...each.create, TableName, StreamSpecification: undefined },
  }));
  await createTables(dynamodbUrl, tables);
}

function startSweep(workplace: Workplace, services: Services, table: string): FunctionRuntime {
  const spec = findFunction(workplace.spec, "sweep");
  const environment = environmentOf(spec, services, {
    TABLE_NAME: table,
    AWS_ENDPOINT_URL_DYNAMODB: services.recordedUrl,
  });
  return startFunction(spec, environment, (_, line, isError) => isError && workplace.progress(line));
}

async function compareSizes(services: Services, sample: Sample, fields: readonly Field[]): Promise<FigureRow[]> {
  const client = openTable(services.dynamodbUrl);
  // The same jobs become due again for each sweep.
  const due = Array.from({ length: dueJobs }, () => copyRow(sample));
  const samples = await takeTurns(fields, { rounds, warmUp: 0 }, ({ table, sweep }) =>
    sweepOnce(services, sweep, () => writeRows(client, table, dueNow(due))),
  );
  const least = (field: Field | undefined, of: (swept: Swept) => number) =>
    Math.min(...((field && samples.get(field)) ?? []).map(of));
  const [first, ...others] = fields;
  return others.flatMap((field) =>
    measures.map(([name, unit, of]) =>
      makeRow(
        `${field.open.toLocaleString("en")} open: ${name}`,
        unit,
        least(field, of),
        { name: `${first?.open.toLocaleString("en")} open`, value: least(first, of) },
        { of: "ratio", is: "at most", bound: 1.1 },
      ),
    ),
  );
}

function dueNow(rows: readonly Row[]): Row[] {
  const now = Date.now();
  return rows.map((row) => ({ ...row, check_due: now, due_at: now }));
}

async function sweepOnce(services: Services, sweep: FunctionRuntime, makeDue: () => Promise<void>): Promise<Swept> {
  await makeDue();
  await services.takeCalls();
  const startedAt = performance.now();
  const { kind } = await sweep.invoke({});
  const ms = performance.now() - startedAt;
  if (kind !== "answer") throw new Error(`a sweep ended with ${kind}`);
  const calls = (await services.takeCalls()).filter(({ operation }) => /^(Get|BatchGet)Item$|^Query$/.test(operation));
  const unitsOf = (some: typeof calls) => sum(some.map(({ readUnits }) => readUnits));
  const countUnits = unitsOf(calls.filter(({ isCount }) => isCount));
  return { ms, reads: calls.length, readUnits: unitsOf(calls), countUnits };
}

/**
 * Looks at fal per minute, while it answers at once and while no call is answered. A sweep works on open jobs for a part
 * of each minute only.
 */
async function countLooks(workplace: Workplace, services: Services, sample: Sample): Promise<FigureRow[]> {
  const rows: FigureRow[] = [];
  for (const [table, prefix, condition] of [
    ["Answering", "", "fal answers at once"],
    ["Hanging", hangingPrefix, "no call to fal is answered"],
  ] as const) {
    await createTable(workplace, services, table);
    const due = Array.from({ length: overdueJobs }, () => copyRow(sample));
    const sent = dueNow(due).map((row) => ({ ...row, request_id: `${prefix}${row.request_id}` }));
    await writeRows(openTable(services.dynamodbUrl), table, sent);
    const sweep = startSweep(workplace, services, table);
    const before = await readLooks(services);
    void sweep.invoke({});
    await delay(looksMs);
    const looks = (await readLooks(services)) - before;
    if (looks >= overdueJobs) throw new Error(`the sweep had looked at all ${overdueJobs} jobs before the time was up`);
    const perMinute = looks * (SWEEP_OPEN_LANE_MS / looksMs);
    await sweep.close();
    rows.push(
      makeRow(`looks per minute, ${condition}`, "", perMinute),
      makeRow(`open jobs that this is enough for, ${condition}`, "", perMinute * minutesBetweenLooks),
    );
  }
  return rows;
}

async function readLooks({ falUrl }: Services): Promise<number> {
  const answer = await fetch(`${falUrl}/looks`);
  return ((await answer.json()) as { readonly looks: number }).looks;
}

async function writeRows(client: DynamoDBDocumentClient, table: string, rows: readonly object[]): Promise<void> {
  const limit = pLimit(batchesAtOnce);
  const batches = Array.from({ length: Math.ceil(rows.length / batchSize) }, (_, batch) =>
    rows.slice(batch * batchSize, (batch + 1) * batchSize).map((Item) => ({ PutRequest: { Item } })),
  );
  await Promise.all(
    batches.map((puts) => limit(() => client.send(new BatchWriteCommand({ RequestItems: { [table]: puts } })))),
  );
}
