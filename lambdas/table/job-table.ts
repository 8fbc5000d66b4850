import { type Dynamo, type DynamoClient, type Item, isConditionFailed, openDynamo } from "../aws/dynamo.ts";
import type { Job, Tombstone } from "../job/job.ts";
import { SWEEP_PAGE_SIZE } from "../limits.ts";
import { type BlindSettle, blindSettleUpdate } from "./blind-settle.ts";
import type { Expense } from "./budget.ts";
import { type ListedPage, list, type Stretch } from "./owner-index.ts";
import { type OwnerItem, ownerItemId } from "./owner-item.ts";
import { rotateSecret, spend } from "./owner-items.ts";
import { type UsualTimeItem, usualTimeId } from "./usual-time.ts";

/** What a conditional write came to. `refused`: the condition failed and the row, as it is now, is somebody else's work (rule P2). */
export type Written =
  | { readonly outcome: "written" }
  | {
      readonly outcome: "refused";
      /** Undefined: there is no such job, or no more. */
      readonly current: Job | undefined;
      /** The job was deleted, and its id stays taken (rule P16). */
      readonly isDeleted: boolean;
    };

/** The job table: one function for each way in which a row is read or written. Anything else that DynamoDB answers is thrown. */
export interface JobTable {
  /** Adds a job whose id is not taken. */
  add(job: Job): Promise<Written>;
  /** Writes a job over the version it was computed from, `job.version - 1` (rules P1, P3). */
  replace(job: Job): Promise<Written>;
  /** The webhook's one write without a read (rule P1). */
  settle(settle: BlindSettle): Promise<Written>;
  /** Puts a tombstone in place of a job as it was read (rules P1, P16). */
  bury(job: Job, tombstone: Tombstone): Promise<Written>;
  /** Which callback secret is an owner's; undefined: the first. */
  readOwner(owner: string): Promise<OwnerItem | undefined>;
  /** Moves an owner on to the next callback secret, at a time (epoch milliseconds). */
  rotateSecret(owner: string, at: number): Promise<OwnerItem>;
  /** Like `read`, and whether the job was deleted: then its id stays taken (rule P16). */
  lookUp(id: string): Promise<{ readonly job: Job | undefined; readonly isDeleted: boolean }>;
  /** Strongly consistent. A row past its expiry counts as gone (rule P9), and so does a deleted job. */
  read(id: string): Promise<Job | undefined>;
  /** Takes an expense from its budget, or gives it back (`-1`); false when there is not enough left. Each call brings a write id of its own. */
  spend(expense: Expense, sign: 1 | -1, writeId: string): Promise<boolean>;
  /** How long jobs of an endpoint usually take, in seconds; undefined: not known yet. */
  readUsualTime(endpoint: string): Promise<number | undefined>;
  putUsualTime(endpoint: string, seconds: number): Promise<void>;
  /** From an index, so the newest may be missing for a moment. */
  list(owner: string, stretch: Stretch): Promise<ListedPage>;
  /** The jobs with these ids, at most a hundred, that are there: strongly consistent, by id. */
  readMany(ids: readonly string[]): Promise<ReadonlyMap<string, Job>>;
  /** Ids of a shard's jobs that were due at a time (epoch milliseconds), the longest due first; from an index, so it may lag. */
  due(shard: string, at: number): AsyncIterator<string>;
}

/** Opens the table. `now` gives epoch milliseconds; without a client, DynamoDB's own is made. */
export function openJobTable(tableName: string, now: () => number, client?: DynamoClient): JobTable {
  const dynamo = openDynamo(tableName, client);
  const epochSeconds = () => Math.floor(now() / 1000);
  const unlessExpired = (item: Job | Tombstone | undefined) =>
    item?.expires_at !== undefined && item.expires_at <= epochSeconds() ? undefined : item;
  const read = async (id: string) => unlessExpired((await dynamo.get(id)) as Job | Tombstone | undefined);
  const readOwner = async (owner: string) => (await dynamo.get(ownerItemId(owner))) as OwnerItem | undefined;
  const putOver = (version: number, item: Job | Tombstone) =>
    dynamo.put(item, {
      ConditionExpression: "attribute_exists(id) AND version = :readVersion",
      ExpressionAttributeValues: { ":readVersion": version },
    });

  return {
    read: async (id) => jobIn(await read(id)),
    readMany: async (ids) => {
      const items = (await dynamo.getMany(ids)) as (Job | Tombstone)[];
      const jobs = items.map((item) => jobIn(unlessExpired(item))).filter((job) => job !== undefined);
      return new Map(jobs.map((job) => [job.id, job]));
    },
    lookUp: async (id) => described(await read(id)),
    list: (owner, stretch) => list(dynamo, owner, stretch),
    due: (shard, at) => dueIds(dynamo, shard, at),
    spend: (expense, sign, writeId) => spend(dynamo, expense, sign, writeId),
    readOwner,
    rotateSecret: (owner, at) => rotateSecret(dynamo, owner, at, readOwner),
    readUsualTime: async (endpoint) =>
      ((await dynamo.get(usualTimeId(endpoint))) as UsualTimeItem | undefined)?.seconds,
    putUsualTime: (endpoint, seconds) => dynamo.put({ id: usualTimeId(endpoint), seconds } satisfies UsualTimeItem),
    add: (job) =>
      conditionally(job, read, () =>
        dynamo.put(job, {
          ConditionExpression: "attribute_not_exists(id) OR expires_at <= :now",
          ExpressionAttributeValues: { ":now": epochSeconds() },
        }),
      ),
    replace: (job) => conditionally(job, read, () => putOver(job.version - 1, job)),
    bury: (job, tombstone) => conditionally({ id: job.id }, read, () => putOver(job.version, tombstone)),
    settle: (settle) => conditionally(settle, read, () => dynamo.update(blindSettleUpdate(settle))),
  };
}

async function* dueIds(dynamo: Dynamo, shard: string, at: number) {
  let start: Item | undefined;
  do {
    const { items, next } = await dynamo.query({
      IndexName: "byDue",
      KeyConditionExpression: "#shard = :shard AND due_at <= :at",
      ExpressionAttributeNames: { "#shard": "shard" },
      ExpressionAttributeValues: { ":shard": shard, ":at": at },
      Limit: SWEEP_PAGE_SIZE,
      ...(start && { ExclusiveStartKey: start }),
    });
    for (const { id } of items) yield String(id);
    start = next;
  } while (start);
}

/**
 * Runs a conditional write. The SDK retries by itself, so a failed condition may be our own earlier try that did get through:
 * the row, read strongly consistent, then carries our write id (rule P2).
 */
async function conditionally(
  write: { readonly id: string; readonly write_id?: string },
  read: (id: string) => Promise<Job | Tombstone | undefined>,
  send: () => Promise<void>,
): Promise<Written> {
  try {
    await send();
    return { outcome: "written" };
  } catch (error) {
    if (!isConditionFailed(error)) throw error;
    const { job: current, isDeleted } = described(await read(write.id));
    if (current !== undefined && current.write_id === write.write_id) return { outcome: "written" };
    return { outcome: "refused", current, isDeleted };
  }
}

function described(item: Job | Tombstone | undefined) {
  const job = jobIn(item);
  return { job, isDeleted: item !== undefined && job === undefined };
}

function jobIn(item: Job | Tombstone | undefined): Job | undefined {
  return item === undefined || "deleted_at" in item ? undefined : item;
}
