import type { Dynamo, Item } from "../aws/dynamo.ts";
import { OPEN_COUNT_MAX_PAGES, SWEEP_PAGE_SIZE } from "../limits.ts";

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

/** When the first of a shard's jobs is due, epoch milliseconds; undefined if it has no jobs. */
export async function readFirstDueAt(dynamo: Dynamo, shard: string): Promise<number | undefined> {
  const { items } = await dynamo.query({ ...allOf(shard), Limit: 1 });
  return items[0] && Number(items[0].due_at);
}

/** How many jobs of a shard have work left: a lower bound if there are very many. */
export async function countDue(dynamo: Dynamo, shard: string): Promise<number> {
  let jobs = 0;
  let start: Item | undefined;
  for (let pages = 0; pages < OPEN_COUNT_MAX_PAGES; pages++) {
    const page = await dynamo.query({ ...allOf(shard), Select: "COUNT", ...(start && { ExclusiveStartKey: start }) });
    jobs += page.count;
    start = page.next;
    if (start === undefined) break;
  }
  return jobs;
}

function allOf(shard: string) {
  return {
    IndexName: "byDue",
    KeyConditionExpression: "#shard = :shard",
    ExpressionAttributeNames: { "#shard": "shard" },
    ExpressionAttributeValues: { ":shard": shard },
  };
}
