import { createHash } from "node:crypto";
import type { PublicJob } from "../../contract/public-job.ts";
import { type HttpRequest, header } from "../../http/request.ts";

/** How much a client has received. Each event has this as its id, so that nothing is sent twice. */
export interface StreamPosition {
  /** The job as it was sent, as a {@link digestJob}. */
  readonly job?: string | undefined;
  /** Version of the job's row, in ids from before the digest. Only such an id has it. */
  readonly version?: number | undefined;
  /** Position in fal's queue. */
  readonly position?: number | undefined;
  /** The latest log line, as a {@link digestLine}. */
  readonly line?: string | undefined;
}

// A digest is longer than a version, so that an id says which of them it has.
const ID = /^(?:([0-9a-f]{16})|(\d{1,15}))(?:\.(\d{0,15}))?(?:\.([0-9a-f]{12}))?$/;
const JOB_DIGEST_CHARACTERS = 16;
const LINE_DIGEST_CHARACTERS = 12;

/** The id of an event: the digest of the job, then the queue position and the log line, separated by dots. */
export function streamPositionId({ job, version, position, line }: StreamPosition): string {
  return [job ?? version, position, line].join(".").replace(/\.+$/, "");
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
  const [, job, version, position, line] = ID.exec(id ?? "") ?? [];
  return { job, version: toNumber(version), position: toNumber(position), line };
}

/**
 * A short digest of a job as a client sees it. The row's version would not do: it also counts writes that a client does
 * not see, such as claims.
 */
export function digestJob(job: PublicJob): string {
  return digestOf(JSON.stringify(job)).slice(0, JOB_DIGEST_CHARACTERS);
}

/** A short digest of a log line. */
export function digestLine(line: { readonly message: string; readonly timestamp?: string }): string {
  return digestOf(JSON.stringify([line.timestamp, line.message])).slice(0, LINE_DIGEST_CHARACTERS);
}

function digestOf(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

function toNumber(digits: string | undefined): number | undefined {
  return digits ? Number(digits) : undefined;
}
