import { randomUUID } from "node:crypto";
import { ConditionalCheckFailedException } from "@aws-sdk/client-dynamodb";
import { BatchGetCommand, PutCommand, ScanCommand } from "@aws-sdk/lib-dynamodb";
import type { Policy } from "../lambdas/job/event.ts";
import { isUnconfirmed, type Job, type JobError } from "../lambdas/job/job.ts";
import { transition } from "../lambdas/job/transition.ts";
import type { Installation } from "./connect.ts";

/** What a restoration finds, and does. */
export interface Restored {
  /** Items that were read in the other table. */
  readonly read: number;
  /** Items that this table lacks, and that were written unless only a plan was wanted. */
  readonly missing: number;
  /** Of them, jobs that may have been sent after the moment of the copy. They are not sent again. */
  readonly maybeSent: number;
}

type Item = Readonly<Record<string, unknown>> & { readonly id: string; readonly expires_at?: number };

/** The most keys of a BatchGetItem. */
const PAGE_ITEMS = 100;

const MAYBE_SENT: JobError = {
  code: "submission_unconfirmed",
  message: "The job was restored from an older copy of the table. It may have been sent to fal after that.",
  retryable: true,
};

/**
 * Writes what another table has and this one lacks: jobs, tombstones and what belongs to owners. What this table has stays
 * as it is, so the command can be repeated. A job that was not yet sent when the copy was made may have been sent since
 * then, so it counts as unconfirmed and is never sent again (rule P12).
 */
export async function restore(
  installation: Installation,
  from: string,
  policy: Policy,
  now: number,
  isPlan: boolean,
): Promise<Restored> {
  const total = { read: 0, missing: 0, maybeSent: 0 };
  let ExclusiveStartKey: Record<string, unknown> | undefined;
  do {
    const scan = new ScanCommand({ TableName: from, Limit: PAGE_ITEMS, ConsistentRead: true, ExclusiveStartKey });
    const page = await installation.client.send(scan);
    const items = (page.Items ?? []) as Item[];
    total.read += items.length;
    for (const item of await missingIn(
      installation,
      items.filter((each) => isKept(each, now)),
    )) {
      const job = "status" in item ? (item as unknown as Job) : undefined;
      const maySend = job !== undefined && job.status === "submitting" && !isUnconfirmed(job);
      const written = maySend ? asMaybeSent(job, policy, now) : item;
      if (!isPlan && !(await putNew(installation, written))) continue;
      total.missing++;
      if (maySend) total.maybeSent++;
    }
    ExclusiveStartKey = page.LastEvaluatedKey;
  } while (ExclusiveStartKey);
  return total;
}

/** Whether an item is worth restoring: not what instances know for a moment, nor what has expired. */
function isKept({ id, expires_at }: Item, now: number): boolean {
  const isOwn = !id.includes("#") || id.startsWith("owner#");
  return isOwn && (expires_at === undefined || expires_at * 1000 > now);
}

/** The job with an attempt whose outcome nobody knows. */
function asMaybeSent(job: Job, policy: Policy, at: number): Job {
  const stamp = { at, by: "sweep" } as const;
  const started = transition(
    job,
    { ...stamp, type: "attempt_started", bodyDigest: "", tokenHash: job.token_hash, lookAt: at },
    policy,
  );
  const attempt = started.attempt?.number ?? 0;
  const unknown = transition(started, { ...stamp, type: "unknown", attempt, error: MAYBE_SENT }, policy);
  return { ...unknown, version: job.version + 1, write_id: randomUUID() };
}

async function missingIn({ client, tableName }: Installation, items: readonly Item[]): Promise<readonly Item[]> {
  if (items.length === 0) return [];
  const Keys = items.map(({ id }) => ({ id }));
  const request = { [tableName]: { Keys, ConsistentRead: true, ProjectionExpression: "id" } };
  // A key that was not processed counts as missing: the write itself is conditional.
  const { Responses } = await client.send(new BatchGetCommand({ RequestItems: request }));
  const known = new Set((Responses?.[tableName] ?? []).map(({ id }) => id));
  return items.filter(({ id }) => !known.has(id));
}

/** False: the item is there by now. */
async function putNew({ client, tableName }: Installation, item: object): Promise<boolean> {
  const put = new PutCommand({ TableName: tableName, Item: item, ConditionExpression: "attribute_not_exists(id)" });
  try {
    await client.send(put);
    return true;
  } catch (error) {
    if (error instanceof ConditionalCheckFailedException) return false;
    throw error;
  }
}
