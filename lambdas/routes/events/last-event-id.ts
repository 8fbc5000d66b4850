import { createHash } from "node:crypto";
import { type HttpRequest, header } from "../../http/request.ts";

/** How much a client has received. Each event has this as its id, so that nothing is sent twice. */
export interface StreamPosition {
  /** Version of the job. */
  readonly version?: number | undefined;
  /** Position in fal's queue. */
  readonly position?: number | undefined;
  /** The latest log line, as a {@link digestLine}. */
  readonly line?: string | undefined;
}

const ID = /^(\d{1,15})(?:\.(\d{0,15}))?(?:\.([0-9a-f]{12}))?$/;
const DIGEST_CHARACTERS = 12;

/** The id of an event: the version of the job, then the queue position and the log line, separated by dots. */
export function streamPositionId({ version, position, line }: StreamPosition): string {
  return [version, position, line].join(".").replace(/\.+$/, "");
}

/**
 * The id of the last event that the client received. `EventSource` sends it in the header `Last-Event-ID`.
 * event-source-polyfill sends it in the query, as `lastEventId` or as its option `lastEventIdQueryParameterName` says,
 * which its own example sets to `Last-Event-Id`. So case and hyphens of that name do not matter. The header is never
 * older than the URL, so it comes first. Throws `malformed_request` if the header was sent more than once.
 * @see https://github.com/Yaffle/EventSource
 */
export function lastEventId(request: HttpRequest): string | undefined {
  const inHeader = header(request, "last-event-id");
  if (inHeader) return inHeader;
  // A client that appends it again with each connection sends the newest last.
  return [...request.query].flatMap(([name, values]) => (isNameOfId(name) ? values : [])).at(-1);
}

function isNameOfId(name: string): boolean {
  return name.replaceAll("-", "").toLowerCase() === "lasteventid";
}

/** Parses the id of an event. Returns the start of the stream if there is none or it is not one of ours. */
export function readStreamPosition(id: string | undefined): StreamPosition {
  const [, version, position, line] = ID.exec(id ?? "") ?? [];
  return { version: toNumber(version), position: toNumber(position), line };
}

/** A short digest of a log line. */
export function digestLine(line: { readonly message: string; readonly timestamp?: string }): string {
  const text = JSON.stringify([line.timestamp, line.message]);
  return createHash("sha256").update(text).digest("hex").slice(0, DIGEST_CHARACTERS);
}

function toNumber(digits: string | undefined): number | undefined {
  return digits ? Number(digits) : undefined;
}
