// Measures submissions in one process: the function's, the bare client's, and two round trips to the table.
import { randomUUID } from "node:crypto";
import { PutCommand } from "@aws-sdk/lib-dynamodb";
import { createFalClient } from "@fal-ai/client";
import { takeTurns } from "../rounds.ts";
import { jobInput, makeJobEvent } from "../services/events.ts";
import { copyRow, openTable, type Sample } from "../services/rows.ts";
import { lambdaContext, loadHandler, serveInput } from "./program.ts";

export type AddedLatencyInput = {
  readonly file: string;
  readonly falUrl: string;
  readonly dynamodbUrl: string;
  readonly sample: Sample;
  /** Submissions at the same time. */
  readonly atOnce: number;
  readonly rounds: number;
  readonly warmUp: number;
};

/** Milliseconds of each submission. */
export type AddedLatencyOutput = { readonly [subject in "ours" | "bare" | "trips"]: readonly number[] };

await serveInput(async (input: AddedLatencyInput): Promise<AddedLatencyOutput> => {
  const handler = await loadHandler(input.file);
  const table = openTable(input.dynamodbUrl);
  const TableName = process.env.TABLE_NAME;
  const fal = createFalClient({
    credentials: "bench",
    requestMiddleware: async (request) => ({ ...request, url: request.url.replace("https:/", input.falUrl) }),
  });
  const subjects = {
    ours: async () => {
      const { statusCode, body } = await handler(makeJobEvent(), lambdaContext);
      if (statusCode !== 202) throw new Error(`a job was answered with ${statusCode}: ${body}`);
    },
    bare: async () => {
      const webhookUrl = `https://api.example/webhook?job=${randomUUID()}`;
      await fal.queue.submit("decart/lucy-14b/image-to-video", { input: jobInput, webhookUrl });
    },
    trips: async () => {
      const Item = copyRow(input.sample);
      await table.send(new PutCommand({ TableName, Item, ConditionExpression: "attribute_not_exists(id)" }));
      await table.send(new PutCommand({ TableName, Item, ConditionExpression: "attribute_exists(id)" }));
    },
  };
  const { rounds, warmUp, atOnce } = input;
  const samples = await takeTurns(["ours", "bare", "trips"] as const, { rounds, warmUp }, (name) =>
    Promise.all(Array.from({ length: atOnce }, () => timed(subjects[name]))),
  );
  const all = (name: keyof typeof subjects) => (samples.get(name) ?? []).flat();
  return { ours: all("ours"), bare: all("bare"), trips: all("trips") };
});

async function timed(work: () => Promise<void>): Promise<number> {
  const startedAt = performance.now();
  await work();
  return performance.now() - startedAt;
}
