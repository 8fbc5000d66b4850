import type { FalFaults, FalRequestRecord } from "./fal-request.ts";
import type { Random } from "./random.ts";
import type { Invocation, Scheduler } from "./scheduler.ts";

/**
 * fal's request history, for one endpoint at a time: late, sometimes inconsistent or without payloads. `isSilent`: it
 * is unavailable now.
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
    { endpoint_id }: Readonly<Record<string, string>>,
  ): Promise<unknown> => {
    await scheduler.pause(invocation, 5, 500);
    if (isSilent()) return undefined;
    const listed = [...requests.values()].filter(
      ({ endpoint, listedAt = Number.POSITIVE_INFINITY }) => endpoint === endpoint_id && listedAt <= scheduler.now(),
    );
    const items = listed.map((request) => ({
      request_id: request.requestId,
      endpoint_id,
      sent_at: new Date(request.sentAt).toISOString(),
      ...(!storesPayloads || random.chance(faults.historyOdd) ? {} : { json_input: request.input }),
    }));
    if (random.chance(faults.historyOdd))
      return random.pick([{ items }, { items, has_more: true }, { items: [{}], has_more: false }]);
    return { items, has_more: false, next_cursor: null };
  };
}
