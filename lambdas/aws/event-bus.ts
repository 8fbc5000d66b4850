import { EventBridgeClient, PutEventsCommand } from "@aws-sdk/client-eventbridge";
import { EVENT_BUS_TIMEOUT_MS, TABLE_CONNECT_TIMEOUT_MS, TABLE_MAX_ATTEMPTS } from "../limits.ts";

const SOURCE = "fal-jobs";

/** Puts an event on the stack's event bus. Throws when the bus does not accept it. */
export type Publish = (detailType: string, detail: string) => Promise<void>;

/** Opens the bus. The only file that imports an EventBridge client. */
export function openEventBus(busName: string): Publish {
  const client = new EventBridgeClient({
    maxAttempts: TABLE_MAX_ATTEMPTS,
    requestHandler: {
      connectionTimeout: TABLE_CONNECT_TIMEOUT_MS,
      requestTimeout: EVENT_BUS_TIMEOUT_MS,
      throwOnRequestTimeout: true,
    },
  });
  return async (DetailType, Detail) => {
    const entry = { EventBusName: busName, Source: SOURCE, DetailType, Detail };
    const { FailedEntryCount, Entries } = await client.send(new PutEventsCommand({ Entries: [entry] }));
    if (FailedEntryCount) throw new Error(`The event bus refused the event: ${Entries?.[0]?.ErrorCode}`);
  };
}
