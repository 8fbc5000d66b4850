import {
  BatchGetCommand,
  DeleteCommand,
  GetCommand,
  PutCommand,
  QueryCommand,
  ScanCommand,
  UpdateCommand,
} from "@aws-sdk/lib-dynamodb";
import type { Job, Tombstone } from "../../lambdas/job/job.ts";
import { meets, updated } from "./expressions.ts";
import type { Random } from "./random.ts";
import type { Invocation, Scheduler } from "./scheduler.ts";

type Item = Record<string, unknown>;
export type Row = Job | Tombstone;

/** The faults of the simulated DynamoDB, each as a probability. */
export interface TableFaults {
  /** The write is rejected and not applied. */
  readonly throttled: number;
  /** The write is applied, but the caller never learns it. */
  readonly appliedButTimedOut: number;
  /** The write is applied, its reply is lost, and the SDK automatically sends it again. */
  readonly retriedBySdk: number;
  /** How long the index may lag, in milliseconds. */
  readonly indexLagMs: number;
}

export interface SimulatedTable {
  /** The document client of one invocation. */
  client(invocation: Invocation): { send(command: unknown): Promise<unknown> };
  rows(): ReadonlyMap<string, Job>;
  /** The tombstones of deleted jobs. */
  tombstones(): ReadonlyMap<string, Tombstone>;
  /** Whether the index lists anything as due. */
  anyDue(): boolean;
}

/**
 * DynamoDB in memory, with latency, faults and a lagging index. `onWrite` is called with every change of a row and its
 * writer.
 */
export function createTable(
  scheduler: Scheduler,
  random: Random,
  faults: TableFaults,
  onWrite: (before: Row | undefined, after: Row, by: Invocation) => void,
): SimulatedTable {
  const rows = new Map<string, Job>();
  const tombstones = new Map<string, Tombstone>();
  /** Items other than jobs; their ids contain a `#`. */
  const others = new Map<string, Item>();
  const index = new Map<string, IndexEntry>();
  const rowOf = (id: string): Row | undefined => rows.get(id) ?? tombstones.get(id);
  const itemOf = (id: string): Item | undefined => others.get(id) ?? (rowOf(id) && { ...rowOf(id) });

  function store(item: Item, by: Invocation): void {
    if (String(item.id).includes("#")) {
      others.set(String(item.id), JSON.parse(JSON.stringify(item)));
      return;
    }
    const row = JSON.parse(JSON.stringify(item)) as Row;
    const before = rowOf(row.id);
    if (isTombstone(row)) rows.delete(row.id);
    else tombstones.delete(row.id);
    if (isTombstone(row)) tombstones.set(row.id, row);
    else rows.set(row.id, row);
    scheduler.after(random.between(0, faults.indexLagMs), () => reindex(row));
    onWrite(before, row, by);
  }

  function reindex(row: Row): void {
    const entry: IndexEntry = isTombstone(row) ? NOT_LISTED : row;
    if ((index.get(row.id)?.version ?? 0) <= entry.version) index.set(row.id, entry);
  }

  function apply(command: unknown, by: Invocation): void {
    if (command instanceof PutCommand) {
      const { Item: item = {}, ...rest } = command.input;
      check(rest, itemOf(String(item.id)));
      store(item, by);
    } else if (command instanceof UpdateCommand) {
      const { Key, UpdateExpression = "", ...rest } = command.input;
      const row = itemOf(String(Key?.id));
      check(rest, row);
      store(updated(UpdateExpression, { ...Key, ...row }, scopeOf(rest)), by);
    } else throw new Error("unknown command");
  }

  function query(input: QueryCommand["input"]) {
    return input.IndexName === "byOwner" ? queryOwner(input) : queryDue(input);
  }

  function queryOwner(input: QueryCommand["input"]) {
    const { ":owner": owner, ":from": from = "", ":to": to = "" } = input.ExpressionAttributeValues ?? {};
    const before = input.ExclusiveStartKey?.created_at_id ?? "~";
    const found = [...rows.values(), ...tombstones.values()]
      .map(({ id, owner, created_at_id = "" }) => ({ id, owner, created_at_id }))
      .filter((row) => row.owner === owner && row.created_at_id >= from && row.created_at_id <= to)
      .filter(({ created_at_id }) => created_at_id < before)
      .sort((a, b) => (a.created_at_id < b.created_at_id ? 1 : -1));
    const page = found.slice(0, input.Limit).map(({ id, created_at_id }) => ({ id, created_at_id }));
    return { Items: page, LastEvaluatedKey: page.length < found.length ? page.at(-1) : undefined };
  }

  function queryDue(input: QueryCommand["input"]) {
    const { ":shard": shard, ":at": at = Number.MAX_VALUE } = input.ExpressionAttributeValues ?? {};
    const start = input.ExclusiveStartKey;
    const found = [...index]
      .map(([id, { shard, due_at = Number.POSITIVE_INFINITY }]) => ({ id, shard, due_at }))
      .filter((entry) => entry.shard === shard && entry.due_at <= Number(at) && isBehind(entry.id, entry.due_at, start))
      .sort((a, b) => a.due_at - b.due_at || (a.id < b.id ? -1 : 1))
      .slice(0, input.Limit);
    return {
      Items: found.map(({ id, due_at }) => ({ id, due_at })),
      LastEvaluatedKey: found.length === input.Limit ? found.at(-1) : undefined,
    };
  }

  /** Everything, in one order, page by page. For the operator, whom no fault hits. */
  function scan({ ExclusiveStartKey: start }: ScanCommand["input"]) {
    const ids = [...rows.keys(), ...tombstones.keys(), ...others.keys()].sort();
    const from = start === undefined ? 0 : ids.findIndex((id) => id > String(start.id));
    const page = from < 0 ? [] : ids.slice(from, from + SCAN_ITEMS);
    const isLast = from < 0 || from + SCAN_ITEMS >= ids.length;
    return { Items: page.map(itemOf), LastEvaluatedKey: isLast ? undefined : { id: page.at(-1) } };
  }

  async function send(invocation: Invocation, command: unknown): Promise<unknown> {
    if (command instanceof ScanCommand) return scan(command.input);
    if (command instanceof DeleteCommand) {
      const id = String(command.input.Key?.id);
      const before = itemOf(id);
      others.delete(id);
      return { Attributes: before };
    }
    if (command instanceof QueryCommand) {
      const page = query(command.input);
      if (page.Items.length > 0) await scheduler.pause(invocation, 1, 30);
      if (page.Items.length > 0 && random.chance(faults.throttled / 4))
        throw failing(invocation, "ThrottlingException");
      return page;
    }
    await scheduler.pause(invocation, 1, 40);
    if (command instanceof GetCommand) {
      if (random.chance(faults.throttled / 2)) throw failing(invocation, "ThrottlingException");
      const item = itemOf(String(command.input.Key?.id));
      await scheduler.pause(invocation, 1, 40);
      return { Item: item };
    }
    if (command instanceof BatchGetCommand) {
      for (const { Keys = [] } of Object.values(command.input.RequestItems ?? {}))
        if (new Set(Keys.map(({ id }) => id)).size < Keys.length) throw named("ValidationException");
      if (random.chance(faults.throttled / 4)) throw failing(invocation, "ThrottlingException");
      const found = Object.entries(command.input.RequestItems ?? {}).map(([table, { Keys = [] }]) => [
        table,
        Keys.flatMap(({ id }) => itemOf(String(id)) ?? []),
      ]);
      return { Responses: Object.fromEntries(found) };
    }
    if (random.chance(faults.throttled)) throw failing(invocation, "ThrottlingException");
    apply(command, invocation);
    const retried = random.chance(faults.retriedBySdk);
    await scheduler.pause(invocation, 1, retried ? 4500 : 40);
    if (retried) apply(command, invocation);
    if (random.chance(faults.appliedButTimedOut)) throw failing(invocation, "TimeoutError");
    return {};
  }

  return {
    client: (invocation) => ({ send: (command) => send(invocation, command) }),
    rows: () => rows,
    tombstones: () => tombstones,
    anyDue: () => [...index.values()].some(({ due_at = Number.POSITIVE_INFINITY }) => due_at <= scheduler.now()),
  };
}

/** The items of a page. */
const SCAN_ITEMS = 500;

type IndexEntry = Pick<Job, "due_at" | "shard" | "version">;

const NOT_LISTED: IndexEntry = { shard: "", version: Number.POSITIVE_INFINITY };

export function isTombstone(row: Row): row is Tombstone {
  return "deleted_at" in row;
}

interface Conditional {
  readonly ConditionExpression?: string | undefined;
  readonly ExpressionAttributeNames?: Record<string, string> | undefined;
  readonly ExpressionAttributeValues?: Item | undefined;
}

function check(input: Conditional, item: Item | undefined): void {
  if (!input.ConditionExpression) return;
  if (!meets(input.ConditionExpression, item, scopeOf(input))) throw named("ConditionalCheckFailedException");
}

function scopeOf(input: Conditional) {
  return { names: input.ExpressionAttributeNames, values: input.ExpressionAttributeValues };
}

function isBehind(id: string, dueAt: number, start: Item | undefined): boolean {
  if (!start) return true;
  return dueAt > Number(start.due_at) || (dueAt === Number(start.due_at) && id > String(start.id));
}

function failing(invocation: Invocation, name: string): Error {
  invocation.wasFailed = true;
  return named(name);
}

function named(name: string): Error {
  return Object.assign(new Error(`simulated ${name}`), { name });
}
