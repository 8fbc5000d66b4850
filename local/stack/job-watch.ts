import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { DynamoDBDocumentClient, GetCommand } from "@aws-sdk/lib-dynamodb";
import { z } from "zod";
import type { Caller } from "./locality.ts";

/** A status that a job reached, and what caused it, according to its timeline. */
export type StatusStep = {
  readonly jobId: string;
  /** Undefined for a new job. */
  readonly from: string | undefined;
  readonly to: string;
  readonly by: string;
};

/** Anything else that happened to a job, such as `archived`, or an attempt of its callback. */
export type OtherStep = {
  readonly jobId: string;
  readonly what: string;
  readonly by: string;
  /** Why an attempt of the callback failed. */
  readonly failure?: string | undefined;
};

export type JobStep = StatusStep | OtherStep;

/** Reports new steps of jobs whose rows were written. */
export type JobWatch = { written(table: string, id: string): void; close(): Promise<void> };

/** What the watch needs: the table's address, the credentials to read it, and a function that receives the steps. */
export type JobWatchOptions = {
  readonly dynamodbUrl: string;
  readonly caller: Caller;
  readonly onStep: (step: JobStep) => void;
};

const entrySchema = z.object({ at: z.string(), event: z.string(), by: z.string() });
const deliverySchema = z.object({
  attempt: z.number(),
  at: z.string(),
  status: z.number().optional(),
  error: z.string().optional(),
});
const rowSchema = z.object({ timeline: z.array(entrySchema), deliveries: z.array(deliverySchema).default([]) });
const statuses = ["submitting", "queued", "running", "succeeded", "failed", "canceled", "expired"];
/** Jobs whose reported steps are remembered. A later write to an older job would report its steps again. */
const mostRemembered = 100_000;
const longestFailure = 200;

/**
 * Starts a watch. It reads each row after it was written, and reports the steps that are newer than the watch itself.
 */
export function startJobWatch({ dynamodbUrl, caller, onStep }: JobWatchOptions): JobWatch {
  const client = DynamoDBDocumentClient.from(new DynamoDBClient({ endpoint: dynamodbUrl, ...caller }));
  const reported = new Map<string, Reported>();
  const startedAt = new Date().toISOString();
  const waiting = new Set<string>();
  let reading: Promise<void> = Promise.resolve();
  const read = async (TableName: string, id: string) => {
    waiting.delete(id);
    const ProjectionExpression = "timeline, deliveries";
    const { Item } = await client.send(new GetCommand({ TableName, Key: { id }, ProjectionExpression }));
    const row = rowSchema.safeParse(Item);
    if (!row.success) return;
    const steps = row.data.timeline.filter(({ event }) => event !== "attempt_started");
    const known = reported.get(id) ?? { steps: steps.filter(({ at }) => at < startedAt).length, deliveryAt: startedAt };
    const deliveries = row.data.deliveries.filter(({ at }) => at > known.deliveryAt);
    remember(reported, id, { steps: steps.length, deliveryAt: deliveries.at(-1)?.at ?? known.deliveryAt });
    for (const [index, { event, by }] of steps.entries()) {
      if (index < known.steps) continue;
      const from = steps.slice(0, index).findLast((earlier) => statuses.includes(earlier.event))?.event;
      onStep(
        statuses.includes(event)
          ? { jobId: id, from, to: event, by }
          : { jobId: id, what: event.replaceAll("_", " "), by },
      );
    }
    for (const delivery of deliveries) onStep({ jobId: id, ...describeAttempt(delivery) });
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

function describeAttempt({ attempt, status, error }: z.infer<typeof deliverySchema>): Omit<OtherStep, "jobId"> {
  const what = `callback, attempt ${attempt}: ${status ?? "no response"}`;
  // The text may come from a caller, so it may contain control characters for the terminal.
  return { what, by: "deliver", failure: error?.replaceAll(/\p{C}/gu, "?").slice(0, longestFailure) };
}

/** What was reported of a job: the number of its steps, and the time of its last callback. */
type Reported = { readonly steps: number; readonly deliveryAt: string };

function remember(reported: Map<string, Reported>, id: string, now: Reported): void {
  reported.delete(id);
  reported.set(id, now);
  const [oldest] = reported.keys();
  if (reported.size > mostRemembered && oldest !== undefined) reported.delete(oldest);
}
