import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { DynamoDBDocumentClient, GetCommand, PutCommand, QueryCommand, UpdateCommand } from "@aws-sdk/lib-dynamodb";
import type { Expense } from "../job/budget.ts";
import type { Job, Tombstone } from "../job/job.ts";
import {
  SWEEP_PAGE_SIZE,
  TABLE_CONNECT_TIMEOUT_MS,
  TABLE_MAX_ATTEMPTS,
  TABLE_REQUEST_TIMEOUT_MS,
} from "../job/limits.ts";
import { type OwnerItem, ownerItemId } from "../job/owner-item.ts";
import { type BlindSettle, blindSettleUpdate } from "./blind-settle.ts";
import { batchRead, type ListedPage, list, type Stretch } from "./listing.ts";
import { rotateSecret, spend } from "./owner-items.ts";
import { type UsualTimeItem, usualTimeId } from "./usual-time.ts";

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
  /** Which callback secret is an owner's; undefined: the first. */
  readOwner(owner: string): Promise<OwnerItem | undefined>;
  /** Moves an owner on to the next callback secret, at a time (epoch milliseconds). */
  rotateSecret(owner: string, at: number): Promise<OwnerItem>;
  /** Like `read`, and whether the job was deleted: then its id stays taken (rule P16). */
  lookUp(id: string): Promise<{ readonly job: Job | undefined; readonly isDeleted: boolean }>;
  /** Strongly consistent. A row past its expiry counts as gone (rule P9), and so does a deleted job. */
  read(id: string): Promise<Job | undefined>;
  /** Takes an expense from its budget, or gives it back (`-1`); false when there is not enough left. Each call brings a write id of its own. */
  spend(expense: Expense, sign: 1 | -1, writeId: string): Promise<boolean>;
  /** How long jobs of an endpoint usually take, in seconds; undefined: not known yet. */
  readUsualTime(endpoint: string): Promise<number | undefined>;
  putUsualTime(endpoint: string, seconds: number): Promise<void>;
  /** From an index, so the newest may be missing for a moment. */
  list(owner: string, stretch: Stretch): Promise<ListedPage>;
  /** The jobs with these ids, at most a hundred, that are there: strongly consistent, by id. */
  readMany(ids: readonly string[]): Promise<ReadonlyMap<string, Job>>;
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
  const readItem = async (id: string): Promise<unknown> => {
    const { Item } = await client.send(new GetCommand({ TableName: tableName, Key: { id }, ConsistentRead: true }));
    return Item;
  };
  const unlessExpired = (item: Job | Tombstone | undefined) =>
    item?.expires_at !== undefined && item.expires_at <= epochSeconds() ? undefined : item;
  const read = async (id: string) => unlessExpired((await readItem(id)) as Job | Tombstone | undefined);
  const readOwner = async (owner: string) => (await readItem(ownerItemId(owner))) as OwnerItem | undefined;
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
    readMany: async (ids) => {
      const items = (await batchRead(client, tableName, ids)) as (Job | Tombstone)[];
      const jobs = items.map((item) => jobIn(unlessExpired(item))).filter((job) => job !== undefined);
      return new Map(jobs.map((job) => [job.id, job]));
    },
    spend: (expense, sign, writeId) => spend(client, tableName, expense, sign, writeId),
    readUsualTime: async (endpoint) => ((await readItem(usualTimeId(endpoint))) as UsualTimeItem | undefined)?.seconds,
    putUsualTime: async (endpoint, seconds) => {
      const Item: UsualTimeItem = { id: usualTimeId(endpoint), seconds };
      await client.send(new PutCommand({ TableName: tableName, Item }));
    },
    list: (owner, stretch) => list(client, tableName, owner, stretch),
    lookUp: async (id) => described(await read(id)),
    due: (shard, at) => dueIds(client, tableName, shard, at),
    readOwner,
    rotateSecret: (owner, at) => rotateSecret(client, tableName, owner, at, readOwner),
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
