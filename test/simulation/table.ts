import { GetCommand, PutCommand, QueryCommand, UpdateCommand } from "@aws-sdk/lib-dynamodb";
import type { Job } from "../../lambdas/job/job.ts";
import { meets, updated } from "./expressions.ts";
import type { Random } from "./random.ts";
import type { Invocation, Scheduler } from "./scheduler.ts";

type Item = Record<string, unknown>;

/** What the simulated DynamoDB does wrong, each as a probability. */
export interface TableFaults {
  /** The write is refused and not applied. */
  readonly throttled: number;
  /** The write is applied, and the caller never learns it. */
  readonly appliedButTimedOut: number;
  /** The write is applied, its reply is lost, and the SDK sends it again by itself. */
  readonly retriedBySdk: number;
  /** How long the index may lag, in milliseconds. */
  readonly indexLagMs: number;
}

export interface SimulatedTable {
  /** The document client of one invocation. */
  client(invocation: Invocation): { send(command: unknown): Promise<unknown> };
  rows(): ReadonlyMap<string, Job>;
  /** Whether the index lists anything as due. */
  anyDue(): boolean;
}

/** DynamoDB in memory, with latency, faults and a lagging index. `onWrite` sees every change of a row. */
export function createTable(
  scheduler: Scheduler,
  random: Random,
  faults: TableFaults,
  onWrite: (before: Job | undefined, after: Job) => void,
): SimulatedTable {
  const rows = new Map<string, Job>();
  const index = new Map<string, { shard: string; due_at: number; version: number }>();

  function store(item: Item): void {
    const row = JSON.parse(JSON.stringify(item)) as Job;
    const before = rows.get(row.id);
    rows.set(row.id, row);
    scheduler.after(random.between(0, faults.indexLagMs), () => reindex(row));
    onWrite(before, row);
  }

  function reindex(row: Job): void {
    if ((index.get(row.id)?.version ?? 0) > row.version) return;
    if (row.due_at === undefined) index.delete(row.id);
    else index.set(row.id, { shard: row.shard, due_at: row.due_at, version: row.version });
  }

  function apply(command: unknown): void {
    if (command instanceof PutCommand) {
      const { Item: item = {}, ...rest } = command.input;
      check(rest, rows.get(String(item.id)));
      store(item);
    } else if (command instanceof UpdateCommand) {
      const { Key, UpdateExpression = "", ...rest } = command.input;
      const row = rows.get(String(Key?.id));
      check(rest, row);
      store(updated(UpdateExpression, { ...Key, ...row }, scopeOf(rest)));
    } else throw new Error("unknown command");
  }

  function query(input: QueryCommand["input"]) {
    const { ":shard": shard, ":at": at } = input.ExpressionAttributeValues ?? {};
    const start = input.ExclusiveStartKey;
    const found = [...index]
      .filter(([id, entry]) => entry.shard === shard && entry.due_at <= Number(at) && isBehind(id, entry.due_at, start))
      .sort(([idA, a], [idB, b]) => a.due_at - b.due_at || (idA < idB ? -1 : 1))
      .slice(0, input.Limit);
    const last = found.length === input.Limit ? found.at(-1) : undefined;
    return {
      Items: found.map(([id]) => ({ id })),
      LastEvaluatedKey: last && { id: last[0], due_at: last[1].due_at, shard },
    };
  }

  async function send(invocation: Invocation, command: unknown): Promise<unknown> {
    if (command instanceof QueryCommand) {
      const page = query(command.input);
      if (page.Items.length > 0) await scheduler.pause(invocation, 1, 30);
      if (page.Items.length > 0 && random.chance(faults.throttled / 4)) throw named("ThrottlingException");
      return page;
    }
    await scheduler.pause(invocation, 1, 40);
    if (command instanceof GetCommand) {
      if (random.chance(faults.throttled / 2)) throw named("ThrottlingException");
      const row = rows.get(String(command.input.Key?.id));
      await scheduler.pause(invocation, 1, 40);
      return { Item: row };
    }
    if (random.chance(faults.throttled)) throw named("ThrottlingException");
    apply(command);
    const retried = random.chance(faults.retriedBySdk);
    await scheduler.pause(invocation, 1, retried ? 2500 : 40);
    if (retried) apply(command);
    if (random.chance(faults.appliedButTimedOut)) throw named("TimeoutError");
    return {};
  }

  return {
    client: (invocation) => ({ send: (command) => send(invocation, command) }),
    rows: () => rows,
    anyDue: () => [...index.values()].some(({ due_at }) => due_at <= scheduler.now()),
  };
}

interface Conditional {
  readonly ConditionExpression?: string | undefined;
  readonly ExpressionAttributeNames?: Record<string, string> | undefined;
  readonly ExpressionAttributeValues?: Item | undefined;
}

function check(input: Conditional, row: Job | undefined): void {
  if (!input.ConditionExpression) return;
  if (!meets(input.ConditionExpression, row && { ...row }, scopeOf(input)))
    throw named("ConditionalCheckFailedException");
}

function scopeOf(input: Conditional) {
  return { names: input.ExpressionAttributeNames, values: input.ExpressionAttributeValues };
}

function isBehind(id: string, dueAt: number, start: Item | undefined): boolean {
  if (!start) return true;
  return dueAt > Number(start.due_at) || (dueAt === Number(start.due_at) && id > String(start.id));
}

function named(name: string): Error {
  return Object.assign(new Error(`simulated ${name}`), { name });
}
