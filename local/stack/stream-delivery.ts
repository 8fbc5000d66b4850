import { createHash } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import type { _Record } from "@aws-sdk/client-dynamodb-streams";
import { z } from "zod";
import type { Invocation } from "./function-instance.ts";
import { localRegion } from "./locality.ts";
import type { StreamSpec } from "./stream-spec.ts";

/**
 * Passes records to a function. `waiting` is the number of records that it has not received yet; `stop` drops those and
 * waits for running invocations.
 */
export type Delivery = {
  readonly waiting: () => number;
  take(records: readonly _Record[]): void;
  stop(): Promise<void>;
};

type StreamEventRecord = ReturnType<typeof describe>;
type Waiting = { readonly record: StreamEventRecord; readonly readAtMs: number };

/** How long a throttled batch waits. */
const throttledMs = 500;
const failuresSchema = z.object({ batchItemFailures: z.array(z.object({ itemIdentifier: z.string() })) }).nullable();

/**
 * Delivers records as Lambda does: filtered, in batches, with as many batches at the same time as the mapping allows.
 * Batches with the same item run one after another. A failed batch is retried as often as the mapping allows, a
 * throttled one as often as needed, until it is too old.
 */
export function startDelivery(
  spec: StreamSpec,
  streamArn: string,
  invoke: (functionId: string, event: unknown) => Promise<Invocation>,
): Delivery {
  const lanes = Array.from({ length: spec.batchesAtOnce }, () => ({ waiting: [] as Waiting[], running: false }));
  const running = new Set<Promise<void>>();
  const run = async (waiting: Waiting[]) => {
    while (waiting.length > 0) await deliver(spec, waiting.splice(0, spec.batchSize), invoke);
  };
  return {
    waiting: () => lanes.reduce((sum, { waiting }) => sum + waiting.length, 0),
    take: (records) => {
      for (const record of records.map((each) => describe(each, streamArn))) {
        if (spec.filters.length > 0 && !spec.filters.some((passes) => passes(record))) continue;
        lanes[chooseLane(record, lanes.length)]?.waiting.push({ record, readAtMs: Date.now() });
      }
      for (const lane of lanes) {
        if (lane.running || lane.waiting.length === 0) continue;
        lane.running = true;
        const lap = run(lane.waiting).finally(() => {
          lane.running = false;
          running.delete(lap);
        });
        running.add(lap);
      }
    },
    stop: async () => {
      for (const { waiting } of lanes) waiting.length = 0;
      await Promise.all(running);
    },
  };
}

async function deliver(
  spec: StreamSpec,
  batch: readonly Waiting[],
  invoke: (functionId: string, event: unknown) => Promise<Invocation>,
): Promise<void> {
  let rest = batch;
  for (let attempts = 0; attempts <= spec.retries; ) {
    rest = rest.filter(({ readAtMs }) => Date.now() - readAtMs <= spec.largestAgeMs);
    if (rest.length === 0) return;
    const invocation = await invoke(spec.functionId, { Records: rest.map(({ record }) => record) });
    if (invocation.kind === "throttled") await delay(throttledMs);
    else attempts += 1;
    rest = selectFailed(rest, invocation, spec.reportsFailures);
  }
}

// All records from the first failed one on. If the response is not a report, or names an unknown record, all records
// count as failed.
function selectFailed(batch: readonly Waiting[], invocation: Invocation, reportsFailures: boolean): readonly Waiting[] {
  if (invocation.kind !== "answer") return batch;
  if (!reportsFailures) return [];
  const report = failuresSchema.safeParse(JSON.parse(invocation.payload));
  if (!report.success) return batch;
  const failed = (report.data?.batchItemFailures ?? []).map(({ itemIdentifier }) => itemIdentifier);
  const places = failed.map((id) => batch.findIndex(({ record }) => record.dynamodb.SequenceNumber === id));
  return places.length === 0 ? [] : batch.slice(Math.max(0, Math.min(...places)));
}

function chooseLane(record: StreamEventRecord, lanes: number): number {
  return createHash("sha256").update(JSON.stringify(record.dynamodb.Keys)).digest().readUInt32BE() % lanes;
}

// The record as Lambda passes it. Binary attributes would be base64 there, but our table has none.
function describe({ eventID, eventName, dynamodb }: _Record, eventSourceARN: string) {
  const createdAt = dynamodb?.ApproximateCreationDateTime;
  return {
    eventID,
    eventName,
    eventVersion: "1.1",
    eventSource: "aws:dynamodb",
    awsRegion: localRegion,
    dynamodb: {
      ...dynamodb,
      ApproximateCreationDateTime: createdAt && createdAt.getTime() / 1000,
      SequenceNumber: dynamodb?.SequenceNumber,
    },
    eventSourceARN,
  };
}
