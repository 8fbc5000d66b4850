import { BatchGetCommand, QueryCommand, ScanCommand } from "@aws-sdk/lib-dynamodb";
import type { Command } from "commander";
import { InvalidArgumentError } from "commander";
import { shardsOf } from "../lambdas/job/due.ts";
import {
  isOpen,
  JOB_ERROR_CODES,
  type Job,
  OPEN_STATUSES,
  STATUSES,
  type Status,
  type Tombstone,
} from "../lambdas/job/job.ts";
import type { Options } from "./command.ts";
import type { Installation } from "./connect.ts";

/** Which jobs the operator means. Each field that is set must fit. */
export interface Where {
  readonly ids?: readonly string[];
  readonly status?: readonly Status[];
  readonly owner?: string;
  readonly code?: string;
  readonly endpoint?: string;
  /** Created before this time, epoch milliseconds. */
  readonly createdBefore?: number;
  readonly metadata?: Readonly<Record<string, string>>;
}

/** What a selection has read so far. */
export interface ReadCount {
  rows: number;
  /** How it found them. */
  by: "ids" | "the owner's index" | "the index of due jobs" | "a scan of the table";
}

const UNITS_MS: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000 };
/** The most keys of a BatchGetItem. */
const PAGE_ITEMS = 100;

/** Adds the options of `Where` to a command. */
export function addWhere(command: Command): Command {
  return command
    .option("--id <id...>", "these jobs")
    .option("--status <status...>", `in one of these states: ${STATUSES.join(", ")}`, oneOf(STATUSES))
    .option("--owner <owner>", "of this owner")
    .option("--code <code>", "with this error code", oneCode)
    .option("--endpoint <id>", "of this endpoint")
    .option("--older-than <time>", "created longer ago than this, such as 90m, 6h or 2d", duration)
    .option("--metadata <key=value...>", "with this metadata", pairs);
}

/** The options as a selection; `now` in epoch milliseconds. */
export function readWhere({ id, status, owner, code, endpoint, olderThan, metadata }: Options, now: number): Where {
  const pairsOf = (texts: readonly string[]) =>
    Object.fromEntries(texts.map((text) => [text.slice(0, text.indexOf("=")), text.slice(text.indexOf("=") + 1)]));
  return {
    ...(id !== undefined && { ids: id as readonly string[] }),
    ...(status !== undefined && { status: status as unknown as readonly Status[] }),
    ...(owner !== undefined && { owner: owner as string }),
    ...(code !== undefined && { code: code as string }),
    ...(endpoint !== undefined && { endpoint: endpoint as string }),
    ...(olderThan !== undefined && { createdBefore: now - Number(olderThan) }),
    ...(metadata !== undefined && { metadata: pairsOf(metadata as readonly string[]) }),
  };
}

export function matches(where: Where, job: Job): boolean {
  const { ids, status, owner, code, endpoint, createdBefore, metadata = {} } = where;
  return (
    (ids === undefined || ids.includes(job.id)) &&
    (status === undefined || status.includes(job.status)) &&
    (owner === undefined || job.owner === owner) &&
    (code === undefined || job.error?.code === code) &&
    (endpoint === undefined || job.endpoint === endpoint) &&
    (createdBefore === undefined || Date.parse(job.created_at) < createdBefore) &&
    Object.entries(metadata).every(([key, value]) => job.metadata?.[key] === value)
  );
}

/**
 * The jobs of a selection, in pages. It uses the owner's index or the index of due jobs where they serve, and scans the
 * table otherwise. `stable`: not the index of due jobs, in which jobs move. `after` continues where an earlier selection stopped: it is the `next` of the page before.
 */
export async function* selectJobs(
  installation: Installation,
  where: Where,
  count: ReadCount,
  after?: Position,
  order: "any" | "stable" = "any",
): AsyncIterable<{ readonly jobs: readonly Job[]; readonly next: Position | undefined }> {
  const source = sourceOf(where, order);
  count.by = source.by;
  let position: Position | undefined = after ?? { part: 0 };
  while (position !== undefined) {
    const { rows, next } = await source.read(installation, position);
    count.rows += rows.length;
    yield { jobs: rows.filter((job) => matches(where, job)), next };
    position = next;
  }
}

/** Where a page starts: a part of the index, and the key after which it goes on. */
export interface Position {
  readonly part: number;
  readonly key?: Readonly<Record<string, unknown>> | undefined;
}

interface Source {
  readonly by: ReadCount["by"];
  read(
    installation: Installation,
    from: Position,
  ): Promise<{ readonly rows: readonly Job[]; readonly next: Position | undefined }>;
}

function sourceOf(where: Where, order: "any" | "stable"): Source {
  const { ids, owner, status } = where;
  if (ids !== undefined) {
    const read: Source["read"] = async (installation, { part }) => {
      const rows = await readJobs(installation, ids.slice(part, part + PAGE_ITEMS));
      return { rows, next: part + PAGE_ITEMS < ids.length ? { part: part + PAGE_ITEMS } : undefined };
    };
    return { by: "ids", read };
  }
  if (owner !== undefined)
    return { by: "the owner's index", read: (installation, from) => readOwner(installation, owner, from) };
  if (order === "any" && status?.every((each) => (OPEN_STATUSES as readonly Status[]).includes(each)))
    return { by: "the index of due jobs", read: readOpen };
  return { by: "a scan of the table", read: scan };
}

async function readOwner(installation: Installation, owner: string, { part, key }: Position) {
  return readIndex(installation, part, part + 1, {
    IndexName: "byOwner",
    KeyConditionExpression: "#owner = :owner",
    ExpressionAttributeNames: { "#owner": "owner" },
    ExpressionAttributeValues: { ":owner": owner },
    ScanIndexForward: false,
    ExclusiveStartKey: key,
  });
}

async function readOpen(installation: Installation, { part, key }: Position) {
  const shards = shardsOf("open");
  const page = await readIndex(installation, part, shards.length, {
    IndexName: "byDue",
    KeyConditionExpression: "#shard = :shard",
    ExpressionAttributeNames: { "#shard": "shard" },
    ExpressionAttributeValues: { ":shard": shards[part] },
    ExclusiveStartKey: key,
  });
  // The index lags, so that a job may have settled meanwhile.
  return { ...page, rows: page.rows.filter(isOpen) };
}

async function readIndex(
  installation: Installation,
  part: number,
  parts: number,
  query: Omit<ConstructorParameters<typeof QueryCommand>[0], "TableName">,
) {
  const { client, tableName: TableName } = installation;
  const { Items = [], LastEvaluatedKey } = await client.send(
    new QueryCommand({ TableName, Limit: PAGE_ITEMS, ...query }),
  );
  const rows = await readJobs(
    installation,
    Items.map(({ id }) => String(id)),
  );
  const following = part + 1 < parts ? { part: part + 1 } : undefined;
  return { rows, next: LastEvaluatedKey ? { part, key: LastEvaluatedKey } : following };
}

async function scan(installation: Installation, { part, key }: Position) {
  const { items, next } = await scanPage(installation, key);
  return { rows: items.filter((item) => "status" in item), next: next && { part, key: next } };
}

async function scanPage({ client, tableName: TableName }: Installation, key: Position["key"]) {
  const { Items = [], LastEvaluatedKey } = await client.send(new ScanCommand({ TableName, ExclusiveStartKey: key }));
  return { items: Items as (Job | Tombstone)[], next: LastEvaluatedKey as Position["key"] };
}

/** Every job in the table, and what is left of deleted ones; not what has expired (rule P9). `now`: epoch milliseconds. */
export async function* scanWithDeleted(
  installation: Installation,
  count: ReadCount,
  now: number,
): AsyncIterable<Job | Tombstone> {
  count.by = "a scan of the table";
  let key: Position["key"];
  do {
    const { items, next } = await scanPage(installation, key);
    const rows = items.filter((item) => "status" in item || "deleted_at" in item);
    count.rows += rows.length;
    yield* rows.filter(({ expires_at = Number.POSITIVE_INFINITY }) => expires_at * 1000 > now);
    key = next;
  } while (key);
}

/** The existing jobs with these ids, at most 100, in their order. */
export async function readJobs({ client, tableName }: Installation, ids: readonly string[]): Promise<readonly Job[]> {
  const rows = new Map<string, Job>();
  let Keys = [...new Set(ids)].map((id) => ({ id }));
  while (Keys.length > 0) {
    const page = await client.send(
      new BatchGetCommand({ RequestItems: { [tableName]: { Keys, ConsistentRead: true } } }),
    );
    for (const item of page.Responses?.[tableName] ?? []) if ("status" in item) rows.set(item.id, item as Job);
    Keys = (page.UnprocessedKeys?.[tableName]?.Keys ?? []) as typeof Keys;
  }
  return [...new Set(ids)].flatMap((id) => rows.get(id) ?? []);
}

function oneOf(known: readonly string[]) {
  return (text: string, before: readonly string[] | undefined): readonly string[] => {
    const given = text.split(",");
    const unknown = given.find((each) => !known.includes(each));
    if (unknown !== undefined) throw new InvalidArgumentError(`${unknown} is not one of ${known.join(", ")}.`);
    return [...(before ?? []), ...given];
  };
}

function oneCode(text: string): string {
  if ((JOB_ERROR_CODES as readonly string[]).includes(text)) return text;
  throw new InvalidArgumentError(`It must be one of ${JOB_ERROR_CODES.join(", ")}.`);
}

function duration(text: string): string {
  const [, number = "", unit = ""] = /^(\d{1,6})([mhd])$/.exec(text) ?? [];
  if (number === "") throw new InvalidArgumentError("It must be a time such as 90m, 6h or 2d.");
  return String(Number(number) * (UNITS_MS[unit] ?? 0));
}

function pairs(text: string, before: readonly string[] | undefined): readonly string[] {
  if (!/^[^=]+=/.test(text)) throw new InvalidArgumentError("It must be KEY=VALUE.");
  return [...(before ?? []), text];
}
