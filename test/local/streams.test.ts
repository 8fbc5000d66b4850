import { DynamoDBClient, PutItemCommand, UpdateItemCommand } from "@aws-sdk/client-dynamodb";
import type { DynamoDBRecord, DynamoDBStreamEvent } from "aws-lambda";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { Engine } from "../../local/stack/engine.ts";
import { startEngine } from "../../local/stack/engines.ts";
import type { Invocation } from "../../local/stack/function-instance.ts";
import { localCaller } from "../../local/stack/locality.ts";
import { type Streams, startStreams } from "../../local/stack/streams.ts";
import { createTables } from "../../local/stack/tables.ts";
import { readTemplate } from "../../local/stack/template.ts";
import { java } from "../support/engines.ts";
import { smallTemplate } from "./small-template.ts";

const { tables, streams: specs } = readTemplate(smallTemplate, new Map([["echo", "/nowhere"]]));
const done: Invocation = { kind: "answer", payload: '{"batchItemFailures":[]}' };

let engine: Engine;
let client: DynamoDBClient;
let streams: Streams | undefined;

async function start(kind: Engine["kind"]): Promise<void> {
  engine = await startEngine({ kind });
  client = new DynamoDBClient({ endpoint: engine.url, ...localCaller });
  // A table of an earlier version, which had no stream.
  await createTables(
    engine.url,
    tables.map((table) => ({ ...table, create: { ...table.create, StreamSpecification: undefined } })),
  );
  await createTables(engine.url, tables);
}

async function stop(): Promise<void> {
  client.destroy();
  await engine.close();
}

afterEach(async () => {
  await streams?.close();
  streams = undefined;
});

/** Starts the streams, with a function that returns the given answer for each event, and then success. */
async function collect(...answers: ((records: DynamoDBRecord[]) => Invocation)[]): Promise<DynamoDBRecord[][]> {
  const batches: DynamoDBRecord[][] = [];
  const invoke = async (_functionId: string, event: unknown) => {
    const { Records } = event as DynamoDBStreamEvent;
    batches.push(Records);
    return answers.shift()?.(Records) ?? done;
  };
  streams = await startStreams({
    dynamodbUrl: engine.url,
    caller: localCaller,
    streams: specs,
    invoke,
    onError: console.error,
  });
  return batches;
}

async function put(id: string): Promise<void> {
  const Item = { id: { S: id }, status: { S: "open" } };
  await client.send(new PutItemCommand({ TableName: "Table", Item }));
}

async function settle(id: string, at: number): Promise<void> {
  await client.send(
    new UpdateItemCommand({
      TableName: "Table",
      Key: { id: { S: id } },
      UpdateExpression: "SET #status = :settled, settled_at = :at",
      ExpressionAttributeNames: { "#status": "status" },
      ExpressionAttributeValues: { ":settled": { S: "settled" }, ":at": { N: String(at) } },
    }),
  );
}

const idsOf = (batches: DynamoDBRecord[][]) =>
  batches.map((batch) => batch.map(({ dynamodb }) => dynamodb?.Keys?.id?.S));

describe.runIf(java)("a table's stream", () => {
  beforeAll(() => start("java"));
  afterAll(stop);

  it("a table's stream invokes the function with Lambda's event, for the records that its filter matches", async () => {
    await put("before");
    await settle("before", 1);
    const batches = await collect();
    await put("one");
    await settle("one", 2);
    await expect.poll(() => batches.length).toBe(1);
    expect(batches[0]).toEqual([
      {
        eventID: expect.any(String),
        eventName: "MODIFY",
        eventVersion: "1.1",
        eventSource: "aws:dynamodb",
        awsRegion: "us-east-1",
        dynamodb: {
          ApproximateCreationDateTime: expect.any(Number),
          Keys: { id: { S: "one" } },
          NewImage: { id: { S: "one" }, status: { S: "settled" }, settled_at: { N: "2" } },
          OldImage: { id: { S: "one" }, status: { S: "open" } },
          SequenceNumber: expect.any(String),
          SizeBytes: expect.any(Number),
          StreamViewType: "NEW_AND_OLD_IMAGES",
        },
        eventSourceARN: expect.stringContaining(":table/Table/stream/"),
      },
    ]);
  });

  it("a table's stream retries a failed batch once, and then drops it", async () => {
    const fail = (): Invocation => ({ kind: "failed", reason: "on purpose" });
    const batches = await collect(fail, fail);
    await put("failing");
    await settle("failing", 1);
    await expect.poll(() => batches.length).toBe(2);
    await put("next");
    await settle("next", 2);
    await expect.poll(() => idsOf(batches)).toEqual([["failing"], ["failing"], ["next"]]);
  });

  it("a table's stream sends no batch larger than the mapping allows, and retries only from the first failure on", async () => {
    const items = Array.from({ length: 12 }, (_, index) => `item-${index}`);
    const failed: (string | undefined)[] = [];
    const failLast = (records: DynamoDBRecord[]): Invocation => {
      failed.push(records.at(-1)?.dynamodb?.Keys?.id?.S);
      const itemIdentifier = records.at(-1)?.dynamodb?.SequenceNumber;
      return { kind: "answer", payload: JSON.stringify({ batchItemFailures: [{ itemIdentifier }] }) };
    };
    const batches = await collect(failLast);
    for (const id of items) await put(id);
    for (const id of items) await settle(id, 1);
    await expect.poll(() => idsOf(batches).flat().length).toBe(items.length + 1);
    expect(Math.max(...batches.map((batch) => batch.length))).toBe(2);
    expect(idsOf(batches).flat().sort()).toEqual([...items, ...failed].sort());
  });
});

describe("dynalite", () => {
  beforeAll(() => start("dynalite"));
  afterAll(stop);

  it("dynalite has no streams, and the stack works without them", async () => {
    const batches = await collect();
    await put("one");
    await settle("one", 1);
    await streams?.close();
    expect(batches).toEqual([]);
  });
});
