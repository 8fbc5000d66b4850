import { DeleteCommand, GetCommand, PutCommand } from "@aws-sdk/lib-dynamodb";
import { SERVICE_STATE_MS } from "../lambdas/limits.ts";
import { PAUSE_ID, type Pause, type PauseItem } from "../lambdas/table/pause.ts";
import type { Installation } from "./connect.ts";

/** After this time, no function sends anything more, in seconds. */
export const pauseTakesSeconds = SERVICE_STATE_MS / 1000;

/** The pause that is in force. */
export async function readPause({ client, tableName }: Installation): Promise<Pause | undefined> {
  const { Item } = await client.send(
    new GetCommand({ TableName: tableName, Key: { id: PAUSE_ID }, ConsistentRead: true }),
  );
  return Item as PauseItem | undefined;
}

/** Pauses the service (rule P33). If it is paused already, only the reason changes. */
export async function pause(installation: Installation, reason: string | undefined, at: number): Promise<Pause> {
  const before = await readPause(installation);
  const item: PauseItem = { id: PAUSE_ID, since: before?.since ?? at, reason: reason ?? before?.reason };
  await installation.client.send(new PutCommand({ TableName: installation.tableName, Item: item }));
  return item;
}

/** Ends the pause, and returns it; undefined if there was none. */
export async function resume({ client, tableName }: Installation): Promise<Pause | undefined> {
  const { Attributes } = await client.send(
    new DeleteCommand({ TableName: tableName, Key: { id: PAUSE_ID }, ReturnValues: "ALL_OLD" }),
  );
  return Attributes as PauseItem | undefined;
}
