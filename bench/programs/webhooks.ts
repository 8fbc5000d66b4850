// Measures webhooks in one process: the function's, and conditional updates of the same rows by the bare client.
import { BatchWriteCommand, UpdateCommand } from "@aws-sdk/lib-dynamodb";
import pLimit from "p-limit";
import { mulberry32 } from "../mulberry32.ts";
import { takeTurns } from "../rounds.ts";
import { makeWebhookEvent } from "../services/events.ts";
import { signDelivery } from "../services/fast-fal.ts";
import { copyRow, filmOf, openTable, type Row, type Sample } from "../services/rows.ts";
import { lambdaContext, loadHandler, serveInput } from "./program.ts";

export type WebhooksInput = {
  readonly file: string;
  readonly dynamodbUrl: string;
  readonly sample: Sample;
  readonly deliveries: number;
  /** The part of the deliveries that repeat another one. */
  readonly duplicates: number;
  readonly atOnce: number;
  readonly rounds: number;
  readonly warmUp: number;
  readonly seed: number;
};

/** One round: what all deliveries took, in milliseconds. */
export type WebhooksRound = { readonly wallMs: number; readonly cpuMs: number };
export type WebhooksOutput = { readonly [subject in "ours" | "updates"]: readonly WebhooksRound[] };

const batchSize = 25;
const openStatuses = { ":submitting": "submitting", ":queued": "queued", ":running": "running" };

await serveInput(async (input: WebhooksInput): Promise<WebhooksOutput> => {
  const handler = await loadHandler(input.file);
  const table = openTable(input.dynamodbUrl);
  const TableName = process.env.TABLE_NAME ?? "";
  const random = mulberry32(input.seed);

  const deliver = ({ id, request_id }: Row) => {
    const event = makeWebhookEvent(id, input.sample.token, signDelivery(request_id, filmOf(request_id)));
    return async () => {
      const { statusCode } = await handler(event, lambdaContext);
      if (statusCode !== 200) throw new Error(`a delivery was answered with ${statusCode}`);
    };
  };
  const update = (row: Row) => () => settleBare(row);

  async function settleBare({ id, request_id, token_hash }: Row): Promise<void> {
    const values = { ":token": token_hash, ":request": request_id, ":now": Date.now(), ":result": filmOf(request_id) };
    await table
      .send(
        new UpdateCommand({
          TableName,
          Key: { id },
          ConditionExpression:
            "token_hash = :token AND request_id = :request AND #status IN (:submitting, :queued, :running)",
          UpdateExpression: "SET #status = :succeeded, #result = :result, due_at = :now, version = version + :one",
          ExpressionAttributeNames: { "#status": "status", "#result": "result" },
          ExpressionAttributeValues: { ...openStatuses, ...values, ":succeeded": "succeeded", ":one": 1 },
        }),
      )
      .catch((error: Error) => {
        if (error.name !== "ConditionalCheckFailedException") throw error;
      });
  }

  async function addRows(): Promise<Row[]> {
    const rows = Array.from({ length: Math.round(input.deliveries * (1 - input.duplicates)) }, () =>
      copyRow(input.sample),
    );
    for (let at = 0; at < rows.length; at += batchSize) {
      const puts = rows.slice(at, at + batchSize).map((Item) => ({ PutRequest: { Item } }));
      await table.send(new BatchWriteCommand({ RequestItems: { [TableName]: puts } }));
    }
    return rows;
  }

  async function playRound(make: (row: Row) => () => Promise<void>): Promise<WebhooksRound> {
    const rows = await addRows();
    const repeated = rows.slice(0, input.deliveries - rows.length);
    const works = shuffle([...rows, ...repeated], random).map(make);
    const limit = pLimit(input.atOnce);
    const cpu = process.cpuUsage();
    const startedAt = performance.now();
    await Promise.all(works.map((work) => limit(work)));
    const wallMs = performance.now() - startedAt;
    const { user, system } = process.cpuUsage(cpu);
    return { wallMs, cpuMs: (user + system) / 1000 };
  }

  const samples = await takeTurns([deliver, update], input, playRound);
  return { ours: samples.get(deliver) ?? [], updates: samples.get(update) ?? [] };
});

function shuffle<T>(values: readonly T[], random: () => number): T[] {
  return values
    .map((value) => [random(), value] as const)
    .sort(([a], [b]) => a - b)
    .map(([, value]) => value);
}
