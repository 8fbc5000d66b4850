import { QueryCommand } from "@aws-sdk/lib-dynamodb";
import { type Lane, shardsOf } from "../lambdas/job/due.ts";
import type { Job } from "../lambdas/job/job.ts";
import { waitOf } from "../lambdas/job/waiting.ts";
import { type FalHealth, falHealthId } from "../lambdas/table/fal-health.ts";
import type { Pause } from "../lambdas/table/pause.ts";
import type { Installation } from "./connect.ts";
import { readItem } from "./items.ts";
import { readPause } from "./pause-item.ts";
import { readJobs } from "./where.ts";

/** A job that has been due for long, although a sweep looks every minute. */
export interface StuckJob {
  readonly id: string;
  readonly owner: string;
  readonly status: string;
  readonly due_for_seconds: number;
  /** What it waits for, or what is left to do. */
  readonly why: string;
}

/** What an operator wants to see first. */
export interface Overview {
  readonly installation: string;
  readonly paused: Pause | undefined;
  /** Why fal refuses the account, as it was found last. */
  readonly account: FalHealth | undefined;
  /** Open jobs, and how many of them a sweep should look at now. */
  readonly open: number;
  readonly open_due: number;
  /** Settled jobs with work left: a copy, a callback, a cancellation. */
  readonly settled: number;
  readonly settled_due: number;
  readonly oldest_due_seconds: number | undefined;
}

/** Counts jobs in the index of due jobs, of which it reads keys only. The index may lag by some seconds. */
export async function overview(installation: Installation, now: number): Promise<Overview> {
  const [open, settled, paused, account] = await Promise.all([
    countLane(installation, "open", now),
    countLane(installation, "settled", now),
    readPause(installation),
    readAccount(installation),
  ]);
  const oldest = [open.oldest, settled.oldest].filter((time) => time !== undefined && time <= now);
  return {
    installation: installation.name,
    paused,
    account,
    open: open.all,
    open_due: open.due,
    settled: settled.all,
    settled_due: settled.due,
    oldest_due_seconds: oldest.length === 0 ? undefined : Math.round((now - Math.min(...(oldest as number[]))) / 1000),
  };
}

/** The jobs that have been due the longest, for more than so many milliseconds. */
export async function stuck(
  installation: Installation,
  now: number,
  olderThanMs: number,
  limit: number,
): Promise<readonly StuckJob[]> {
  const shards = [...shardsOf("open"), ...shardsOf("settled")];
  const lists = await Promise.all(shards.map((shard) => dueIn(installation, shard, now - olderThanMs, limit)));
  const longest = lists
    .flat()
    .sort((one, other) => one.due_at - other.due_at)
    .slice(0, limit);
  const jobs = await readJobs(
    installation,
    longest.map(({ id }) => id),
  );
  const rows = new Map(jobs.map((job) => [job.id, job]));
  return longest.flatMap(({ id, due_at }) => {
    const job = rows.get(id);
    if (job === undefined) return [];
    const due_for_seconds = Math.round((now - due_at) / 1000);
    return { id, owner: job.owner, status: job.status, due_for_seconds, why: whyOf(job) };
  });
}

function whyOf(job: Job): string {
  const wait = waitOf(job);
  if (wait !== undefined) return `waits for ${wait}: ${job.error?.message}`;
  if (job.status === "submitting")
    return job.attempt === undefined ? "was never sent" : `attempt ${job.attempt.outcome}`;
  if (job.status === "queued" || job.status === "running") return "its check at fal is due";
  if (job.deliver_due !== undefined) return "its callback or event is due";
  return job.archive_due === undefined ? "its last check is due" : "the copy of its video is due";
}

async function countLane(installation: Installation, lane: Lane, now: number) {
  const counts = await Promise.all(
    shardsOf(lane).map(async (shard) => ({
      due: await count(installation, shard, "due_at <= :at", now),
      later: await count(installation, shard, "due_at > :at", now),
      oldest: (await dueIn(installation, shard, now, 1))[0]?.due_at,
    })),
  );
  const times = counts.flatMap(({ oldest }) => (oldest === undefined ? [] : [oldest]));
  return {
    all: counts.reduce((sum, { due, later }) => sum + due + later, 0),
    due: counts.reduce((sum, { due }) => sum + due, 0),
    oldest: times.length === 0 ? undefined : Math.min(...times),
  };
}

function byDue({ tableName: TableName }: Installation, shard: string, condition: string, at: number) {
  return {
    TableName,
    IndexName: "byDue",
    KeyConditionExpression: `#shard = :shard AND ${condition}`,
    ExpressionAttributeNames: { "#shard": "shard" },
    ExpressionAttributeValues: { ":shard": shard, ":at": at },
  };
}

async function count(installation: Installation, shard: string, condition: string, at: number): Promise<number> {
  let total = 0;
  let ExclusiveStartKey: Record<string, unknown> | undefined;
  do {
    const query = { ...byDue(installation, shard, condition, at), ExclusiveStartKey };
    const page = await installation.client.send(new QueryCommand({ ...query, Select: "COUNT" }));
    total += page.Count ?? 0;
    ExclusiveStartKey = page.LastEvaluatedKey;
  } while (ExclusiveStartKey);
  return total;
}

async function dueIn(installation: Installation, shard: string, at: number, limit: number) {
  const { Items = [] } = await installation.client.send(
    new QueryCommand({ ...byDue(installation, shard, "due_at <= :at", at), Limit: limit }),
  );
  return Items as { readonly id: string; readonly due_at: number }[];
}

async function readAccount(installation: Installation): Promise<FalHealth | undefined> {
  const health = (await readItem(installation, falHealthId())) as FalHealth | undefined;
  return health?.is_down ? health : undefined;
}
