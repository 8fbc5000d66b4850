import { setTimeout as delay } from "node:timers/promises";
import { DescribeTableCommand, DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { DynamoDBStreamsClient } from "@aws-sdk/client-dynamodb-streams";
import type { Invocation } from "./function-instance.ts";
import type { Caller } from "./locality.ts";
import { type Delivery, startDelivery } from "./stream-delivery.ts";
import { openStream, type StreamReader } from "./stream-reader.ts";
import type { StreamSpec } from "./stream-spec.ts";

/** Streams that are being read. `close` stops reading and waits, for a limited time, for running invocations. */
export type Streams = { close(): Promise<void> };

/**
 * What the streams need: the tables' address, the credentials, the functions, and a function that is called when a read
 * fails.
 */
export type StreamsOptions = {
  readonly dynamodbUrl: string;
  readonly caller: Caller;
  readonly streams: readonly StreamSpec[];
  readonly invoke: (functionId: string, event: unknown) => Promise<Invocation>;
  readonly onError: (error: unknown) => void;
  /** Called for each row that was written. */
  readonly onWrite?: (table: string, id: string) => void;
};

const pollMs = 250;
/** Reading pauses while this many records wait for their function. */
const mostWaiting = 10_000;
const closeTimeoutMs = 5_000;

/**
 * Invokes the functions for all changes in their tables from now on. Tables without a stream, such as dynalite's, are
 * skipped.
 */
export async function startStreams({ dynamodbUrl, caller, streams, ...rest }: StreamsOptions): Promise<Streams> {
  const tables = new DynamoDBClient({ endpoint: dynamodbUrl, ...caller });
  const client = new DynamoDBStreamsClient({ endpoint: dynamodbUrl, ...caller });
  const stopping = new AbortController();
  const closers: (() => Promise<void>)[] = [];
  for (const spec of streams) {
    const { Table } = await tables.send(new DescribeTableCommand({ TableName: spec.tableName }));
    const streamArn = Table?.LatestStreamArn;
    if (streamArn === undefined) continue;
    const delivery = startDelivery(spec, streamArn, rest.invoke);
    const open = async () => watch(await openStream(client, streamArn), spec.tableName, rest.onWrite);
    const reading = follow(open, await open(), delivery, rest.onError, stopping.signal);
    closers.push(async () => {
      await reading;
      await Promise.race([delivery.stop(), delay(closeTimeoutMs, undefined, { ref: false })]);
    });
  }
  tables.destroy();
  return {
    close: async () => {
      stopping.abort();
      await Promise.all(closers.map((close) => close()));
      client.destroy();
    },
  };
}

function watch(read: StreamReader, table: string, onWrite: StreamsOptions["onWrite"]): StreamReader {
  return async () => {
    const records = await read();
    for (const { eventName, dynamodb } of records) {
      const id = dynamodb?.Keys?.id?.S;
      if (eventName !== "REMOVE" && id !== undefined) onWrite?.(table, id);
    }
    return records;
  };
}

async function follow(
  open: () => Promise<StreamReader>,
  first: StreamReader,
  delivery: Delivery,
  onError: (error: unknown) => void,
  signal: AbortSignal,
): Promise<void> {
  let read: StreamReader | undefined = first;
  let isFailing = false;
  while (!signal.aborted) {
    try {
      read ??= await open();
      if (delivery.waiting() < mostWaiting) delivery.take(await read());
      isFailing = false;
    } catch (error) {
      // The iterators expire while a laptop sleeps. Reading then continues at the latest record; the sweep handles the
      // changes in between.
      read = undefined;
      if (!isFailing) onError(error);
      isFailing = true;
    }
    await delay(pollMs, undefined, { signal }).catch(() => {});
  }
}
