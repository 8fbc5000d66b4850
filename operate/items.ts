import { GetCommand } from "@aws-sdk/lib-dynamodb";
import type { Installation } from "./connect.ts";

/** One item of the table, strongly consistent. */
export async function readItem(
  { client, tableName }: Installation,
  id: string,
): Promise<Readonly<Record<string, unknown>> | undefined> {
  const { Item } = await client.send(new GetCommand({ TableName: tableName, Key: { id }, ConsistentRead: true }));
  return Item;
}
