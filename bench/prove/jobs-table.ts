import { CreateTableCommand, DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { DynamoDBDocumentClient, GetCommand, PutCommand } from "@aws-sdk/lib-dynamodb";
import { startEngine } from "../../local/stack/engines.ts";
import { localCaller } from "../../local/stack/locality.ts";

const TableName = "jobs";

/** A row of a rival's own table. */
export interface StoredJob {
  readonly id: string;
  readonly status: "pending" | "done" | "failed";
  readonly request_id?: string;
  readonly video_url?: string;
  readonly error?: string;
}

/** A rival's table, in the DynamoDB engine of the local stack. */
export interface JobsTable {
  get(id: string): Promise<StoredJob | undefined>;
  put(row: StoredJob): Promise<void>;
  /** Only if there is no row with this id. */
  create(row: StoredJob): Promise<void>;
  close(): Promise<void>;
}

/** Starts an engine with an empty table. */
export async function openJobsTable(): Promise<JobsTable> {
  const engine = await startEngine({ kind: "dynalite" });
  // One process stands for many functions, each of which would have connections of its own.
  const client = new DynamoDBClient({
    endpoint: engine.url,
    requestHandler: { httpAgent: { maxSockets: 500 } },
    ...localCaller,
  });
  const table = DynamoDBDocumentClient.from(client, { marshallOptions: { removeUndefinedValues: true } });
  await client.send(
    new CreateTableCommand({
      TableName,
      KeySchema: [{ AttributeName: "id", KeyType: "HASH" }],
      AttributeDefinitions: [{ AttributeName: "id", AttributeType: "S" }],
      BillingMode: "PAY_PER_REQUEST",
    }),
  );
  const put = async (row: StoredJob, ConditionExpression?: string) => {
    await table.send(new PutCommand({ TableName, Item: row, ConditionExpression }));
  };
  return {
    get: async (id) => {
      const { Item } = await table.send(new GetCommand({ TableName, Key: { id }, ConsistentRead: true }));
      return Item as StoredJob | undefined;
    },
    put,
    create: (row) =>
      put(row, "attribute_not_exists(id)").catch((error: unknown) => {
        if (!(error instanceof Error) || error.name !== "ConditionalCheckFailedException") throw error;
      }),
    close: async () => {
      client.destroy();
      await engine.close();
    },
  };
}
