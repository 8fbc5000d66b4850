import { createHash } from "node:crypto";

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

/** Parses a `Last-Event-ID`. Returns the start of the stream if there is none or it is not one of ours. */
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
