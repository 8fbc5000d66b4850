import type { Dynamo } from "../aws/dynamo.ts";

/**
 * A range of sort keys (`created_at#id`) of an owner's jobs. Bounds are inclusive, except `before`, where the last page
 * ended.
 */
export interface KeyRange {
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
export async function list(dynamo: Dynamo, owner: string, { from, to, before, limit }: KeyRange): Promise<ListedPage> {
  const { items, next } = await dynamo.query({
    IndexName: "byOwner",
    KeyConditionExpression: "#owner = :owner AND created_at_id BETWEEN :from AND :to",
    ExpressionAttributeNames: { "#owner": "owner" },
    ExpressionAttributeValues: { ":owner": owner, ":from": from, ":to": to },
    ScanIndexForward: false,
    Limit: limit,
    ...(before !== undefined && { ExclusiveStartKey: { owner, created_at_id: before, id: before.split("#")[1] } }),
  });
  const listed = items.map(({ id, created_at_id }) => ({ id: String(id), created_at_id: String(created_at_id) }));
  return { listed, isLast: next === undefined };
}
