import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { DynamoDBDocumentClient, GetCommand } from "@aws-sdk/lib-dynamodb";
import { z } from "zod";
import type { Caller } from "./locality.ts";

/** A status that a job reached, and what caused it, according to its timeline. */
export type JobStep = {
  readonly jobId: string;
  /** Undefined for a new job. */
  readonly from: string | undefined;
  readonly to: string;
  readonly by: string;
};

/** Reports new steps of jobs whose rows were written. */
export type JobWatch = { written(table: string, id: string): void; close(): Promise<void> };

/** What the watch needs: the table's address, the credentials to read it, and a function that receives the steps. */
export type JobWatchOptions = {
  readonly dynamodbUrl: string;
  readonly caller: Caller;
  readonly onStep: (step: JobStep) => void;
};

const entrySchema = z.object({ at: z.string(), event: z.string(), by: z.string() });
const rowSchema = z.object({ timeline: z.array(entrySchema) });
const statuses = ["submitting", "queued", "running", "succeeded", "failed", "canceled", "expired"];
/** Jobs whose reported steps are remembered. A later write to an older job would report its steps again. */
const mostRemembered = 100_000;

/**
 * Starts a watch. It reads each row after it was written, and reports the steps that are newer than the watch itself.
 */
export function startJobWatch({ dynamodbUrl, caller, onStep }: JobWatchOptions): JobWatch {
  const client = DynamoDBDocumentClient.from(new DynamoDBClient({ endpoint: dynamodbUrl, ...caller }));
  const reported = new Map<string, number>();
  const startedAt = new Date().toISOString();
  const waiting = new Set<string>();
  let reading: Promise<void> = Promise.resolve();
  const read = async (TableName: string, id: string) => {
    waiting.delete(id);
    const ProjectionExpression = "timeline";
    const { Item } = await client.send(new GetCommand({ TableName, Key: { id }, ProjectionExpression }));
    const row = rowSchema.safeParse(Item);
    if (!row.success) return;
    const steps = row.data.timeline.filter(({ event }) => statuses.includes(event));
    const known = reported.get(id) ?? steps.filter(({ at }) => at < startedAt).length;
    remember(reported, id, steps.length);
    for (const [index, { event, by }] of steps.entries())
      if (index >= known) onStep({ jobId: id, from: steps[index - 1]?.event, to: event, by });
  };
  return {
    // One row after another, so that a job's steps are reported in order. A row that cannot be read is skipped.
    written: (table, id) => {
      if (waiting.has(id)) return;
      waiting.add(id);
      reading = reading.then(() => read(table, id)).catch(() => {});
    },
    close: async () => {
      await reading;
      client.destroy();
    },
  };
}

function remember(reported: Map<string, number>, id: string, steps: number): void {
  reported.delete(id);
  reported.set(id, steps);
  const [oldest] = reported.keys();
  if (reported.size > mostRemembered && oldest !== undefined) reported.delete(oldest);
}
