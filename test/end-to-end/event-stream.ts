import { createParser } from "eventsource-parser";
import { expectConforms } from "../support/conforms.ts";

/** An event as received, with its data parsed. */
export type StreamedEvent = {
  readonly event: string;
  readonly id: string | undefined;
  readonly data: Readonly<Record<string, unknown>>;
};

/** A job's event stream, up to its end or to the event after which the client left. */
export type Watched = {
  readonly status: number;
  readonly events: readonly StreamedEvent[];
  /** The server closed it. */
  readonly isClosed: boolean;
};

/** Reads `GET /jobs/{id}/events` with fetch until it closes, or until `isEnough` returns true for an event. */
export async function watchJob(
  url: string,
  id: string,
  lastEventId?: string,
  isEnough: (event: StreamedEvent) => boolean = () => false,
): Promise<Watched> {
  const path = `/jobs/${id}/events`;
  const leave = new AbortController();
  const headers = { "x-api-key": "local-key", ...(lastEventId !== undefined && { "last-event-id": lastEventId }) };
  const response = await fetch(`${url}${path}`, { headers, signal: leave.signal });
  const { status } = response;
  const decoder = new TextDecoder();
  let text = "";
  let isClosed = true;
  for await (const chunk of response.body ?? []) {
    text += decoder.decode(chunk, { stream: true });
    isClosed = !parseEvents(text).some(isEnough);
    if (!isClosed) break;
  }
  leave.abort();
  expectConforms("GET", path, { status, headers: response.headers, body: status === 200 ? text : undefined });
  return { status, events: parseEvents(text), isClosed };
}

/** The events in a stream's text, without an incomplete last one. */
export function parseEvents(text: string): StreamedEvent[] {
  const events: StreamedEvent[] = [];
  const parser = createParser({
    onEvent: ({ event = "message", id, data }) => void events.push({ event, id, data: JSON.parse(data) }),
  });
  parser.feed(text);
  return events;
}
