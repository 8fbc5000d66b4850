import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { DynamoDBDocumentClient, GetCommand, PutCommand, QueryCommand, UpdateCommand } from "@aws-sdk/lib-dynamodb";
import type { Job, Tombstone } from "../job/job.ts";
import {
  SWEEP_PAGE_SIZE,
  TABLE_CONNECT_TIMEOUT_MS,
  TABLE_MAX_ATTEMPTS,
  TABLE_REQUEST_TIMEOUT_MS,
} from "../job/limits.ts";
import { type BlindSettle, blindSettleUpdate } from "./blind-settle.ts";

/** What a conditional write came to. `refused`: the condition failed and the row, as it is now, is somebody else's work (rule P2). */
export type Written =
  | { readonly outcome: "written" }
  | {
      readonly outcome: "refused";
      /** Undefined: there is no such job, or no more. */
      readonly current: Job | undefined;
      /** The job was deleted, and its id stays taken (rule P16). */
      readonly isDeleted: boolean;
    };

/** The job table: one function for each way in which a row is read or written. Anything else that DynamoDB answers is thrown. */
export interface JobTable {
  /** Adds a job whose id is not taken. */
  add(job: Job): Promise<Written>;
  /** Writes a job over the version it was computed from, `job.version - 1` (rules P1, P3). */
  replace(job: Job): Promise<Written>;
  /** The webhook's one write without a read (rule P1). */
  settle(settle: BlindSettle): Promise<Written>;
  /** Puts a tombstone in place of a job as it was read (rules P1, P16). */
  bury(job: Job, tombstone: Tombstone): Promise<Written>;
  /** Like `read`, and whether the job was deleted: then its id stays taken (rule P16). */
  lookUp(id: string): Promise<{ readonly job: Job | undefined; readonly isDeleted: boolean }>;
  /** Strongly consistent. A row past its expiry counts as gone (rule P9), and so does a deleted job. */
  read(id: string): Promise<Job | undefined>;
  /** Ids of a shard's jobs that were due at a time (epoch milliseconds), the longest due first; from an index, so it may lag. */
  due(shard: string, at: number): AsyncIterator<string>;
}

/** Opens the table. The only file that imports a DynamoDB client. `now` gives epoch milliseconds. */
export function openJobTable(
  tableName: string,
  now: () => number,
  client: Pick<DynamoDBDocumentClient, "send"> = connect(),
): JobTable {
  const epochSeconds = () => Math.floor(now() / 1000);
  const read = async (id: string) => {
    const { Item } = await client.send(new GetCommand({ TableName: tableName, Key: { id }, ConsistentRead: true }));
    const item = Item as Job | Tombstone | undefined;
    return item?.expires_at !== undefined && item.expires_at <= epochSeconds() ? undefined : item;
  };
  const putOver = (version: number, Item: Job | Tombstone) =>
    client.send(
      new PutCommand({
        TableName: tableName,
        Item,
        ConditionExpression: "attribute_exists(id) AND version = :readVersion",
        ExpressionAttributeValues: { ":readVersion": version },
      }),
    );

  return {
    read: async (id) => jobIn(await read(id)),
    lookUp: async (id) => described(await read(id)),
    due: (shard, at) => dueIds(client, tableName, shard, at),
    add: (job) =>
      conditionally(job, read, () =>
        client.send(
          new PutCommand({
            TableName: tableName,
            Item: job,
            ConditionExpression: "attribute_not_exists(id) OR expires_at <= :now",
            ExpressionAttributeValues: { ":now": epochSeconds() },
          }),
        ),
      ),
    replace: (job) => conditionally(job, read, () => putOver(job.version - 1, job)),
    bury: (job, tombstone) => conditionally({ id: job.id }, read, () => putOver(job.version, tombstone)),
    settle: (settle) =>
      conditionally(settle, read, () =>
        client.send(new UpdateCommand({ TableName: tableName, ...blindSettleUpdate(settle) })),
      ),
  };
}

async function* dueIds(client: Pick<DynamoDBDocumentClient, "send">, tableName: string, shard: string, at: number) {
  let start: Record<string, unknown> | undefined;
  do {
    const page = await client.send(
      new QueryCommand({
        TableName: tableName,
        IndexName: "byDue",
        KeyConditionExpression: "#shard = :shard AND due_at <= :at",
        ExpressionAttributeNames: { "#shard": "shard" },
        ExpressionAttributeValues: { ":shard": shard, ":at": at },
        Limit: SWEEP_PAGE_SIZE,
        ...(start && { ExclusiveStartKey: start }),
      }),
    );
    for (const { id } of page.Items ?? []) yield String(id);
    start = page.LastEvaluatedKey;
  } while (start);
}

/**
 * Runs a conditional write. The SDK retries by itself, so a failed condition may be our own earlier try that did get through:
 * the row, read strongly consistent, then carries our write id (rule P2).
 */
async function conditionally(
  write: { readonly id: string; readonly write_id?: string },
  read: (id: string) => Promise<Job | Tombstone | undefined>,
  send: () => Promise<unknown>,
): Promise<Written> {
  try {
    await send();
    return { outcome: "written" };
  } catch (error) {
    if (!(error instanceof Error) || error.name !== "ConditionalCheckFailedException") throw error;
    const { job: current, isDeleted } = described(await read(write.id));
    if (current !== undefined && current.write_id === write.write_id) return { outcome: "written" };
    return { outcome: "refused", current, isDeleted };
  }
}

function described(item: Job | Tombstone | undefined) {
  const job = jobIn(item);
  return { job, isDeleted: item !== undefined && job === undefined };
}

function jobIn(item: Job | Tombstone | undefined): Job | undefined {
  return item === undefined || "deleted_at" in item ? undefined : item;
}

/** Whether DynamoDB refused a write for its content, so that sending it again cannot help (rule P4). */
export function isContentRefused(error: unknown): boolean {
  return error instanceof Error && error.name === "ValidationException";
}

function connect(): DynamoDBDocumentClient {
  const client = new DynamoDBClient({
    maxAttempts: TABLE_MAX_ATTEMPTS,
    requestHandler: {
      connectionTimeout: TABLE_CONNECT_TIMEOUT_MS,
      requestTimeout: TABLE_REQUEST_TIMEOUT_MS,
      throwOnRequestTimeout: true,
    },
  });
  return DynamoDBDocumentClient.from(client, { marshallOptions: { removeUndefinedValues: true } });
}
