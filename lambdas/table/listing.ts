import {
  BatchGetCommand,
  type BatchGetCommandInput,
  type BatchGetCommandOutput,
  type DynamoDBDocumentClient,
  QueryCommand,
} from "@aws-sdk/lib-dynamodb";
import { BATCH_READ_MAX_TRIES } from "../job/limits.ts";

/** A stretch of an owner's jobs: sort keys (`created_at#id`), each bound inclusive; `before` is exclusive and where the last page ended. */
export interface Stretch {
  readonly from: string;
  readonly to: string;
  readonly before?: string | undefined;
  readonly limit: number;
}

/** An owner's jobs as the index lists them, newest first, and whether there may be more. */
export interface ListedPage {
  readonly listed: readonly { readonly id: string; readonly created_at_id: string }[];
  readonly isLast: boolean;
}

/** One page of the index of an owner's jobs, newest first (rule A11). */
export async function list(
  client: Pick<DynamoDBDocumentClient, "send">,
  tableName: string,
  owner: string,
  { from, to, before, limit }: Stretch,
): Promise<ListedPage> {
  const page = await client.send(
    new QueryCommand({
      TableName: tableName,
      IndexName: "byOwner",
      KeyConditionExpression: "#owner = :owner AND created_at_id BETWEEN :from AND :to",
      ExpressionAttributeNames: { "#owner": "owner" },
      ExpressionAttributeValues: { ":owner": owner, ":from": from, ":to": to },
      ScanIndexForward: false,
      Limit: limit,
      ...(before !== undefined && { ExclusiveStartKey: { owner, created_at_id: before, id: before.split("#")[1] } }),
    }),
  );
  const listed = (page.Items ?? []).map(({ id, created_at_id }) => ({
    id: String(id),
    created_at_id: String(created_at_id),
  }));
  return { listed, isLast: page.LastEvaluatedKey === undefined };
}

/** The items with these ids that are there, strongly consistent, in no order. Throws when DynamoDB keeps leaving some out. */
export async function batchRead(
  client: Pick<DynamoDBDocumentClient, "send">,
  tableName: string,
  ids: readonly string[],
): Promise<unknown[]> {
  const items: unknown[] = [];
  let keys: Record<string, unknown>[] | undefined = ids.map((id) => ({ id }));
  for (let tries = 0; keys !== undefined && keys.length > 0; tries++) {
    if (tries === BATCH_READ_MAX_TRIES) throw new Error(`DynamoDB left ${keys.length} jobs unread.`);
    const RequestItems: BatchGetCommandInput["RequestItems"] = { [tableName]: { Keys: keys, ConsistentRead: true } };
    const { Responses, UnprocessedKeys }: BatchGetCommandOutput = await client.send(
      new BatchGetCommand({ RequestItems }),
    );
    items.push(...(Responses?.[tableName] ?? []));
    keys = UnprocessedKeys?.[tableName]?.Keys;
  }
  return items;
}
