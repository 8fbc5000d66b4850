import { randomUUID } from "node:crypto";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { DynamoDBDocumentClient, GetCommand } from "@aws-sdk/lib-dynamodb";
import { startFunction } from "../../local/stack/function-runtime.ts";
import { localCaller } from "../../local/stack/locality.ts";
import { findFunction, type Workplace } from "../workplace.ts";
import { makeJobEvent } from "./events.ts";
import { environmentOf, type Services } from "./services.ts";

/** A row of a job that fal has accepted. */
export type Row = { readonly id: string; readonly request_id: string } & Readonly<Record<string, unknown>>;

/** A job that our own submit has just created, from which rows for figures are copied. */
export type Sample = { readonly row: Row; readonly token: string };

const shards = 8;

export function openTable(url: string): DynamoDBDocumentClient {
  return DynamoDBDocumentClient.from(new DynamoDBClient({ endpoint: url, ...localCaller }));
}

export function tableName({ spec }: Workplace): string {
  return spec.tables[0]?.create.TableName ?? "";
}

/** Creates a job with the deployed submit function, and reads its row and its webhook token. */
export async function sampleJob(workplace: Workplace, services: Services): Promise<Sample> {
  const submit = findFunction(workplace.spec, "submit");
  const running = startFunction(submit, environmentOf(submit, services), (_, line) => workplace.progress(line));
  try {
    const invocation = await running.invoke(makeJobEvent());
    if (invocation.kind !== "answer") throw new Error(`the sample job was not created: ${invocation.kind}`);
    const { body } = JSON.parse(invocation.payload) as { readonly body: string };
    const { id } = JSON.parse(body) as { readonly id: string };
    const table = openTable(services.dynamodbUrl);
    const { Item } = await table.send(new GetCommand({ TableName: tableName(workplace), Key: { id } }));
    const row = Item as Row;
    const answer = await fetch(`${services.falUrl}/webhook-of/${row.request_id}`);
    const { webhook } = (await answer.json()) as { readonly webhook: string };
    return { row, token: webhook.split("/").at(-1) ?? "" };
  } finally {
    await running.close();
  }
}

/** A copy of the sample as a job of its own, with other fields if given. */
export function copyRow({ row }: Sample, changed: Readonly<Record<string, unknown>> = {}): Row {
  const { id, shard } = newKeys();
  const keys = { id, shard, created_at_id: `${row.created_at}#${id}` };
  return { ...row, ...keys, write_id: randomUUID(), request_id: randomUUID(), ...changed };
}

/** The id of a new job, and its part of the index of due jobs, by which the service itself spreads jobs. */
export function newKeys(): { readonly id: string; readonly shard: string } {
  const id = randomUUID().replaceAll("-", "");
  return { id, shard: `open-${Number.parseInt(id.slice(-4), 16) % shards}` };
}

/** The output of the model for a request. */
export function filmOf(requestId: string): object {
  const file_name = `${requestId}-20000.mp4`;
  const url = `https://v3.fal.media/files/${file_name}`;
  return { video: { url, content_type: "video/mp4", file_name, file_size: 20_000 } };
}
