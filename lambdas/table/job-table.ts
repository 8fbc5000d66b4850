import { type DynamoClient, isConditionFailed, openDynamo, refusingRow, SHOWS_REFUSING_ROW } from "../aws/dynamo.ts";
import type { Job, Tombstone } from "../job/job.ts";
import { type BlindSettle, blindSettleUpdate } from "./blind-settle.ts";
import { budgetItemId, type Expense, spentUsd } from "./budget.ts";
import { countDue, dueIds, readFirstDueAt } from "./due-index.ts";
import { type FalHealth, type FalHealthItem, falHealthId } from "./fal-health.ts";
import { type Lease, type LeaseRequest, releaseLease, takeLease } from "./leases.ts";
import { type KeyRange, type ListedPage, list } from "./owner-index.ts";
import { type OwnerItem, ownerItemId, type RotationRefused } from "./owner-item.ts";
import { rotateSecret, spend } from "./owner-items.ts";
import { PAUSE_ID, type Pause, type PauseItem } from "./pause.ts";
import { type TypicalDurationItem, typicalDurationId } from "./typical-duration.ts";
import { addWaiting, takeWaiting, type Waiting } from "./waiting-jobs.ts";

/**
 * The outcome of a conditional write. `refused`: the condition failed, and another writer wrote the current row (rule
 * P2).
 */
export type Written =
  | { readonly outcome: "written" }
  | {
      readonly outcome: "refused";
      /** The row as it is now; undefined if there is none. */
      readonly current: Job | undefined;
      /** The job was deleted, and its id stays taken (rule P16). */
      readonly isDeleted: boolean;
    };

/** The job table: one function for each kind of read and write. Throws any other answer of DynamoDB. */
export interface JobTable {
  /** Adds a job, if its id is free. */
  add(job: Job): Promise<Written>;
  /** Replaces the version that the job was computed from, `job.version - 1` (rules P1, P3). */
  replace(job: Job): Promise<Written>;
  /** The webhook's single write, without a read (rule P1). */
  settle(settle: BlindSettle): Promise<Written>;
  /** Replaces a job, as it was read, by a tombstone (rules P1, P16). */
  putTombstone(job: Job, tombstone: Tombstone): Promise<Written>;
  /** The version of an owner's callback secret; undefined: the first. */
  readOwner(owner: string): Promise<OwnerItem | undefined>;
  /** Rotates an owner's callback secret, at a time (epoch milliseconds). Each call needs a new write id. */
  rotateSecret(owner: string, at: number, writeId: string): Promise<OwnerItem | RotationRefused>;
  /** Like `read`, and also whether the job was deleted: then its id stays taken (rule P16). */
  lookUp(id: string): Promise<{ readonly job: Job | undefined; readonly isDeleted: boolean }>;
  /** Strongly consistent. Expired rows (rule P9) and deleted jobs are undefined. */
  read(id: string): Promise<Job | undefined>;
  /** What an owner's jobs took from the budget of the day (UTC) of a time (epoch milliseconds), in US dollars. */
  readSpent(owner: string, at: number): Promise<number>;
  /**
   * Takes an expense from its budget, or gives it back (`-1`). False: not enough is left. Each call needs a new write
   * id.
   */
  spend(expense: Expense, sign: 1 | -1, writeId: string): Promise<boolean>;
  /** How long jobs of an endpoint typically take, in seconds; undefined: not known yet. */
  readTypicalDuration(endpoint: string): Promise<number | undefined>;
  putTypicalDuration(endpoint: string, seconds: number): Promise<void>;
  /**
   * Whether an app of fal's was down, or without an app: whether fal refused the account, when an instance last found
   * out. Undefined: nobody found anything yet.
   */
  readFalHealth(app?: string): Promise<FalHealth | undefined>;
  putFalHealth(health: FalHealth, app?: string): Promise<void>;
  /** Undefined: the operator did not pause the service. */
  readPause(): Promise<Pause | undefined>;
  /** Takes one of an owner's places for work that is bounded per owner; undefined: all are taken (rule P30). */
  takeLease(request: LeaseRequest): Promise<Lease | undefined>;
  /** Gives the place back before the lease ends. */
  releaseLease(lease: Lease): Promise<void>;
  /** Leaves jobs to whoever of their owner's functions is done first (rule P30). */
  addWaiting(waiting: Waiting, ids: readonly string[]): Promise<void>;
  /** Some of the jobs that were left so; nobody else gets them. */
  takeWaiting(waiting: Waiting): Promise<readonly string[]>;
  /** Reads an index, so the newest jobs may be missing for a moment. */
  list(owner: string, range: KeyRange): Promise<ListedPage>;
  /** The existing jobs with these ids (at most 100), by id. Unless it is consistent, a row may be a moment old. */
  readMany(ids: readonly string[], isConsistent: boolean): Promise<ReadonlyMap<string, Job>>;
  /** The existing jobs and tombstones with these ids (at most 100), perhaps a moment old. */
  readRows(ids: readonly string[]): Promise<readonly (Job | Tombstone)[]>;
  /**
   * Pages of ids of a shard's jobs that are due at a time (epoch milliseconds), longest due first. Reads an index, which
   * may lag.
   */
  due(shard: string, at: number): AsyncIterable<readonly string[]>;
  /** How many jobs of a shard have work left, and when the first of them is due. Reads an index, which may lag. */
  firstDueAt(shard: string): Promise<number | undefined>;
  /** How many jobs of a shard have work left: a lower bound if there are very many. */
  countDue(shard: string): Promise<number>;
}

/** Opens the table. `now` returns epoch milliseconds. Creates a DynamoDB client unless one is passed. */
export function openJobTable(tableName: string, now: () => number, client?: DynamoClient): JobTable {
  const dynamo = openDynamo(tableName, client);
  const epochSeconds = () => Math.floor(now() / 1000);
  const unlessExpired = (item: Job | Tombstone | undefined) =>
    item?.expires_at !== undefined && item.expires_at <= epochSeconds() ? undefined : item;
  const read = async (id: string) => unlessExpired((await dynamo.get(id)) as Job | Tombstone | undefined);
  const current = async (id: string, error: unknown) =>
    unlessExpired((refusingRow(error) ?? (await dynamo.get(id))) as Job | Tombstone | undefined);
  const putOver = (version: number, item: Job | Tombstone) =>
    dynamo.put(item, {
      ...SHOWS_REFUSING_ROW,
      ConditionExpression: "attribute_exists(id) AND version = :readVersion",
      ExpressionAttributeValues: { ":readVersion": version },
    });

  return {
    read: async (id) => jobIn(await read(id)),
    readMany: async (ids, isConsistent) => {
      const items = (await dynamo.getMany(ids, isConsistent)) as (Job | Tombstone)[];
      const jobs = items.map((item) => jobIn(unlessExpired(item))).filter((job) => job !== undefined);
      return new Map(jobs.map((job) => [job.id, job]));
    },
    readRows: async (ids) => {
      const items = (await dynamo.getMany(ids, false)) as (Job | Tombstone)[];
      return items.filter((item) => unlessExpired(item) !== undefined);
    },
    lookUp: async (id) => described(await read(id)),
    list: (owner, range) => list(dynamo, owner, range),
    due: (shard, at) => dueIds(dynamo, shard, at),
    firstDueAt: (shard) => readFirstDueAt(dynamo, shard),
    countDue: (shard) => countDue(dynamo, shard),
    readSpent: async (owner, at) => spentUsd(await dynamo.get(budgetItemId(owner, at))),
    spend: (expense, sign, writeId) => spend(dynamo, expense, sign, writeId, now),
    takeLease: (request) => takeLease(dynamo, request, now),
    releaseLease: (lease) => releaseLease(dynamo, lease),
    addWaiting: (waiting, ids) => addWaiting(dynamo, waiting, ids, now()),
    takeWaiting: (waiting) => takeWaiting(dynamo, waiting),
    readOwner: async (owner) => (await dynamo.get(ownerItemId(owner))) as OwnerItem | undefined,
    rotateSecret: (owner, at, writeId) => rotateSecret(dynamo, owner, at, writeId),
    readTypicalDuration: async (endpoint) =>
      ((await dynamo.get(typicalDurationId(endpoint))) as TypicalDurationItem | undefined)?.seconds,
    putTypicalDuration: (endpoint, seconds) =>
      dynamo.put({ id: typicalDurationId(endpoint), seconds } satisfies TypicalDurationItem),
    readFalHealth: async (app) => (await dynamo.get(falHealthId(app))) as FalHealthItem | undefined,
    putFalHealth: (health, app) => dynamo.put({ id: falHealthId(app), ...health } satisfies FalHealthItem),
    readPause: async () => (await dynamo.get(PAUSE_ID)) as PauseItem | undefined,
    add: (job) =>
      conditionally(job, current, () =>
        dynamo.put(job, {
          ...SHOWS_REFUSING_ROW,
          ConditionExpression: "attribute_not_exists(id) OR expires_at <= :now",
          ExpressionAttributeValues: { ":now": epochSeconds() },
        }),
      ),
    replace: (job) => conditionally(job, current, () => putOver(job.version - 1, job)),
    putTombstone: (job, tombstone) => conditionally({ id: job.id }, current, () => putOver(job.version, tombstone)),
    settle: (settle) =>
      conditionally(settle, current, () => dynamo.update({ ...SHOWS_REFUSING_ROW, ...blindSettleUpdate(settle) })),
  };
}

/**
 * Runs a conditional write. The SDK retries automatically, so a condition may fail because our own earlier try
 * succeeded: then the current row, as the refusal or a strongly consistent read shows it, has our write id (rule P2).
 */
async function conditionally(
  write: { readonly id: string; readonly write_id?: string },
  currentRow: (id: string, error: unknown) => Promise<Job | Tombstone | undefined>,
  send: () => Promise<void>,
): Promise<Written> {
  try {
    await send();
    return { outcome: "written" };
  } catch (error) {
    if (!isConditionFailed(error)) throw error;
    const { job: current, isDeleted } = described(await currentRow(write.id, error));
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
