import { ConditionalCheckFailedException, DynamoDBClient } from "@aws-sdk/client-dynamodb";
import {
  BatchGetCommand,
  type BatchGetCommandInput,
  type BatchGetCommandOutput,
  DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  type PutCommandInput,
  QueryCommand,
  type QueryCommandInput,
  UpdateCommand,
  type UpdateCommandInput,
} from "@aws-sdk/lib-dynamodb";
import { unmarshall } from "@aws-sdk/util-dynamodb";
import {
  BATCH_READ_MAX_TRIES,
  TABLE_CONNECT_TIMEOUT_MS,
  TABLE_MAX_ATTEMPTS,
  TABLE_REQUEST_TIMEOUT_MS,
} from "../limits.ts";

export type Item = Readonly<Record<string, unknown>>;
export type DynamoClient = Pick<DynamoDBDocumentClient, "send">;

/** One DynamoDB table, in plain values. Throws whatever DynamoDB refuses. */
export interface Dynamo {
  /** Strongly consistent. */
  get(id: string): Promise<Item | undefined>;
  /**
   * The existing items with these ids, in no order. Throws when DynamoDB keeps leaving some out. A read that is not
   * consistent costs half as much, and may show an item as it was a moment ago.
   */
  getMany(ids: readonly string[], isConsistent: boolean): Promise<unknown[]>;
  put(item: object, condition?: Omit<PutCommandInput, "TableName" | "Item">): Promise<void>;
  update(change: Omit<UpdateCommandInput, "TableName">): Promise<void>;
  /** One page. `next` is where the next page starts; undefined after the last. */
  query(
    query: Omit<QueryCommandInput, "TableName">,
  ): Promise<{ readonly items: readonly Item[]; readonly count: number; readonly next: Item | undefined }>;
}

/** Opens a table. The only file that imports a DynamoDB client. */
export function openDynamo(TableName: string, client: DynamoClient = connect()): Dynamo {
  return {
    async get(id) {
      const { Item } = await client.send(new GetCommand({ TableName, Key: { id }, ConsistentRead: true }));
      return Item;
    },
    getMany: (ids, isConsistent) => batchRead(client, TableName, ids, isConsistent),
    async put(item, condition) {
      await client.send(new PutCommand({ TableName, Item: item, ...condition }));
    },
    async update(change) {
      await client.send(new UpdateCommand({ TableName, ...change }));
    },
    async query(query) {
      const page = await client.send(new QueryCommand({ TableName, ...query }));
      const { Items: items = [], Count: count = items.length, LastEvaluatedKey: next } = page;
      return { items, count, next };
    },
  };
}

/** DynamoDB refuses a batch that names an item twice, which a list from a lagging index may do. */
async function batchRead(
  client: DynamoClient,
  tableName: string,
  ids: readonly string[],
  ConsistentRead: boolean,
): Promise<unknown[]> {
  const items: unknown[] = [];
  let keys: Record<string, unknown>[] | undefined = [...new Set(ids)].map((id) => ({ id }));
  for (let tries = 0; keys !== undefined && keys.length > 0; tries++) {
    if (tries === BATCH_READ_MAX_TRIES)
      throw new Error(`DynamoDB did not return ${keys.length} jobs in ${tries} tries.`);
    const RequestItems: BatchGetCommandInput["RequestItems"] = { [tableName]: { Keys: keys, ConsistentRead } };
    const { Responses, UnprocessedKeys }: BatchGetCommandOutput = await client.send(
      new BatchGetCommand({ RequestItems }),
    );
    items.push(...(Responses?.[tableName] ?? []));
    keys = UnprocessedKeys?.[tableName]?.Keys;
  }
  return items;
}

/** Whether a write was refused because its condition did not hold. */
export function isConditionFailed(error: unknown): boolean {
  return error instanceof Error && error.name === "ConditionalCheckFailedException";
}

/** What a conditional write adds, so that its refusal brings the row along, and no read must follow (see `refusingRow`). */
export const SHOWS_REFUSING_ROW = { ReturnValuesOnConditionCheckFailure: "ALL_OLD" } as const;

/**
 * The row as it was when a write's condition was tested against it, which is what a strongly consistent read would have
 * found. Undefined if there was none, or if the engine does not send it: dynalite does not.
 */
export function refusingRow(error: unknown): Item | undefined {
  return error instanceof ConditionalCheckFailedException && error.Item ? unmarshall(error.Item) : undefined;
}

/** Whether a write took effect; false: its condition did not hold. Throws any other error. */
export async function unlessRefused(write: Promise<void>): Promise<boolean> {
  try {
    await write;
    return true;
  } catch (error) {
    if (!isConditionFailed(error)) throw error;
    return false;
  }
}

/** The client's messages for values that it cannot write. These errors have no name of their own. */
const REFUSED_BY_CLIENT = /^(Unsupported type passed|Number .* is (greater|lesser) than)/;

/**
 * Whether DynamoDB or its client refused a write because of its content, so that repeating it cannot help (rule P4).
 */
export function isContentRefused(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  return (
    ["ValidationException", "SerializationException"].includes(error.name) || REFUSED_BY_CLIENT.test(error.message)
  );
}

function connect(): DynamoClient {
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
