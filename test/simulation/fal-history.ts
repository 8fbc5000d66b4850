import type { FalFaults, FalRequestRecord } from "./fal-request.ts";
import type { Random } from "./random.ts";
import type { Invocation, Scheduler } from "./scheduler.ts";

const pageItems = 3;

/**
 * fal's request history, for one endpoint at a time: late, sometimes inconsistent or without payloads, in small pages
 * that shift while they are read (rule A23). `isSilent`: it is unavailable now.
 */
export function createHistory(
  scheduler: Scheduler,
  random: Random,
  faults: FalFaults,
  requests: ReadonlyMap<string, FalRequestRecord>,
  isSilent: () => boolean,
) {
  return async (
    invocation: Invocation,
    storesPayloads: boolean,
    { endpoint_id, cursor = "1" }: Readonly<Record<string, string>>,
  ): Promise<unknown> => {
    await scheduler.pause(invocation, 5, 500);
    if (isSilent()) return undefined;
    const all = [...requests.values()]
      .filter(({ endpoint, listedAt }) => endpoint === endpoint_id && sinceOf(listedAt) <= scheduler.now())
      .sort((a, b) => sinceOf(b.listedAt) - sinceOf(a.listedAt));
    const page = Number(cursor);
    const listed = all.slice((page - 1) * pageItems, page * pageItems);
    const hasMore = all.length > page * pageItems;
    const items = listed.map((request) => ({
      request_id: request.requestId,
      endpoint_id,
      sent_at: new Date(request.sentAt).toISOString(),
      ...(!storesPayloads || random.chance(faults.historyOdd) ? {} : { json_input: request.input }),
    }));
    if (random.chance(faults.historyOdd))
      return random.pick([{ items }, { items, has_more: true }, { items: [{}], has_more: false }]);
    return { items, has_more: hasMore, next_cursor: hasMore ? String(page + 1) : null };
  };
}

function sinceOf(listedAt = Number.POSITIVE_INFINITY): number {
  return listedAt;
}
