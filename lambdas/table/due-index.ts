import type { Dynamo, Item } from "../aws/dynamo.ts";
import { OPEN_COUNT_MAX_PAGES, SWEEP_PAGE_SIZE } from "../limits.ts";

/** The jobs of a shard that have work left. */
export interface Backlog {
  /** A lower bound if there are very many. */
  readonly jobs: number;
  /** When the first of them is due, epoch milliseconds; undefined if there are none. */
  readonly firstDueAt: number | undefined;
}

/** Pages of ids of a shard's jobs that are due at a time, the longest due first. */
export async function* dueIds(dynamo: Dynamo, shard: string, at: number): AsyncIterable<readonly string[]> {
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
    yield items.map(({ id }) => String(id));
    start = next;
  } while (start);
}

export async function readBacklog(dynamo: Dynamo, shard: string): Promise<Backlog> {
  const all = {
    IndexName: "byDue",
    KeyConditionExpression: "#shard = :shard",
    ExpressionAttributeNames: { "#shard": "shard" },
    ExpressionAttributeValues: { ":shard": shard },
  };
  const { items } = await dynamo.query({ ...all, Limit: 1 });
  if (items[0] === undefined) return { jobs: 0, firstDueAt: undefined };
  let jobs = 0;
  let start: Item | undefined;
  for (let pages = 0; pages < OPEN_COUNT_MAX_PAGES; pages++) {
    const page = await dynamo.query({ ...all, Select: "COUNT", ...(start && { ExclusiveStartKey: start }) });
    jobs += page.count;
    start = page.next;
    if (start === undefined) break;
  }
  return { jobs, firstDueAt: Number(items[0].due_at) };
}
