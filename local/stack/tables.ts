import {
  CreateTableCommand,
  type CreateTableCommandInput,
  DescribeTableCommand,
  DynamoDBClient,
  ResourceNotFoundException,
  UpdateTimeToLiveCommand,
  waitUntilTableExists,
} from "@aws-sdk/client-dynamodb";
import { localCredentials, localRegion } from "./locality.ts";

/** A table as the template describes it; `ttlAttribute` is the one whose time, in epoch seconds, ends an item. */
export type TableSpec = { readonly create: CreateTableCommandInput; readonly ttlAttribute: string | undefined };

const createTimeoutSeconds = 20;

/** Creates the tables that are not there yet. Tables that exist keep their items and their shape. */
export async function createTables(endpointUrl: string, tables: readonly TableSpec[]): Promise<void> {
  const client = new DynamoDBClient({ endpoint: endpointUrl, region: localRegion, credentials: localCredentials });
  try {
    for (const table of tables) await createTable(client, table);
  } finally {
    client.destroy();
  }
}

async function createTable(client: DynamoDBClient, { create, ttlAttribute }: TableSpec): Promise<void> {
  const TableName = create.TableName;
  if (await exists(client, TableName)) return;
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
    // dynalite has no TTL; the service itself takes an expired row for gone.
    if (!(error instanceof Error) || error.name !== "UnknownOperationException") throw error;
  }
}

async function exists(client: DynamoDBClient, TableName: string | undefined): Promise<boolean> {
  try {
    await client.send(new DescribeTableCommand({ TableName }));
    return true;
  } catch (error) {
    if (error instanceof ResourceNotFoundException) return false;
    throw error;
  }
}
