import { randomUUID } from "node:crypto";
import { GetCommand, PutCommand } from "@aws-sdk/lib-dynamodb";
import { isConditionFailed } from "../lambdas/aws/dynamo.ts";
import { type Installation, OpsError } from "./connect.ts";
import type { Position, Where } from "./where.ts";

export const ACTIONS = ["retry", "cancel", "redeliver", "archive"] as const;
export type Action = (typeof ACTIONS)[number];

/** A bulk action, as stored: where it is, so that it can be continued. */
export interface Operation {
  readonly id: string;
  readonly action: Action;
  readonly where: Where;
  /** Epoch milliseconds. Only jobs that were created before are acted on, so that no retry is retried. */
  readonly startedAt: number;
  /** Where it continues; undefined: all jobs were looked at. */
  readonly position: Position | undefined;
  readonly acted: number;
  /** Jobs that fit, and for which there was nothing to do. */
  readonly skipped: number;
  /** Error code → jobs that were refused. */
  readonly refused: Readonly<Record<string, number>>;
  /** Incremented by every write, so that of two who continue it at the same time one stops. */
  readonly version: number;
}

/** Such an item is useless after that. */
const keptSeconds = 30 * 86_400;

export function newOperation(action: Action, where: Where, startedAt: number): Operation {
  const id = randomUUID();
  return { id, action, where, startedAt, position: { part: 0 }, acted: 0, skipped: 0, refused: {}, version: 0 };
}

/** Reads an operation. Throws OpsError if there is none with this id. */
export async function readOperation({ client, tableName }: Installation, id: string): Promise<Operation> {
  const get = new GetCommand({ TableName: tableName, Key: { id: itemId(id) }, ConsistentRead: true });
  const { Item } = await client.send(get);
  if (Item === undefined) throw new OpsError(`there is no operation ${id}: it was never started, or has expired`);
  return { ...(Item.operation as Operation), id };
}

/** Stores the next state of an operation. Throws OpsError if somebody else continues it. */
export async function writeOperation({ client, tableName }: Installation, operation: Operation): Promise<Operation> {
  const next = { ...operation, version: operation.version + 1 };
  const expires_at = Math.floor(operation.startedAt / 1000) + keptSeconds;
  try {
    await client.send(
      new PutCommand({
        TableName: tableName,
        Item: { id: itemId(operation.id), version: next.version, operation: next, expires_at },
        ConditionExpression: operation.version === 0 ? "attribute_not_exists(id)" : "version = :before",
        ...(operation.version > 0 && { ExpressionAttributeValues: { ":before": operation.version } }),
      }),
    );
  } catch (error) {
    if (!isConditionFailed(error)) throw error;
    throw new OpsError(`the operation ${operation.id} is being continued somewhere else`);
  }
  return next;
}

/** No job has such an id. */
function itemId(id: string): string {
  return `operation#${id}`;
}
