import {
  CreateTableCommand,
  type CreateTableCommandInput,
  DescribeTableCommand,
  DynamoDBClient,
  ResourceNotFoundException,
  type TableDescription,
  UpdateTableCommand,
  UpdateTimeToLiveCommand,
  waitUntilTableExists,
} from "@aws-sdk/client-dynamodb";
import { type Caller, localCaller } from "./locality.ts";

/** A table as the template describes it. An item is deleted at the time, in epoch seconds, in its `ttlAttribute`. */
export type TableSpec = { readonly create: CreateTableCommandInput; readonly ttlAttribute: string | undefined };

const createTimeoutSeconds = 20;

/**
 * Creates the tables that do not exist yet. Existing tables keep their items and their shape. If an earlier version
 * created one without a stream, it gets its stream now.
 */
export async function createTables(
  endpointUrl: string,
  tables: readonly TableSpec[],
  caller: Caller = localCaller,
): Promise<void> {
  const client = new DynamoDBClient({ endpoint: endpointUrl, ...caller });
  try {
    for (const table of tables) await createTable(client, table);
  } finally {
    client.destroy();
  }
}

async function createTable(client: DynamoDBClient, { create, ttlAttribute }: TableSpec): Promise<void> {
  const TableName = create.TableName;
  const existing = await findTable(client, TableName);
  if (existing) return addStream(client, create, existing);
  await client.send(new CreateTableCommand(create));
  await waitUntilTableExists(
    { client, maxWaitTime: createTimeoutSeconds, minDelay: 0.05, maxDelay: 0.5 },
    { TableName },
  );
  if (ttlAttribute === undefined) return;
  const TimeToLiveSpecification = { AttributeName: ttlAttribute, Enabled: true };
  try {
    await client.send(new UpdateTimeToLiveCommand({ TableName, TimeToLiveSpecification }));
  } catch (error) {
    // dynalite has no TTL. The service itself treats an expired row as missing.
    if (!(error instanceof Error) || error.name !== "UnknownOperationException") throw error;
  }
}

async function addStream(
  client: DynamoDBClient,
  create: CreateTableCommandInput,
  table: TableDescription,
): Promise<void> {
  const { TableName, StreamSpecification } = create;
  if (StreamSpecification === undefined || table.StreamSpecification?.StreamEnabled) return;
  try {
    await client.send(new UpdateTableCommand({ TableName, StreamSpecification }));
  } catch (error) {
    // dynalite has no streams: it ignores the stream of a new table, and refuses an update that contains nothing else.
    if (!(error instanceof Error) || error.name !== "ValidationException") throw error;
  }
}

async function findTable(client: DynamoDBClient, TableName: string | undefined): Promise<TableDescription | undefined> {
  try {
    return (await client.send(new DescribeTableCommand({ TableName }))).Table;
  } catch (error) {
    if (error instanceof ResourceNotFoundException) return undefined;
    throw error;
  }
}
