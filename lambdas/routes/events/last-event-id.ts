import { createHash } from "node:crypto";

/** What a client has received so far. Each event carries it as its id, so that nothing is sent twice. */
export interface StreamPosition {
  /** Version of the job. */
  readonly version?: number | undefined;
  /** Position in fal's queue. */
  readonly position?: number | undefined;
  /** The latest log line, as {@link digestLine} returns it. */
  readonly line?: string | undefined;
}

const ID = /^(\d{1,15})(?:\.(\d{0,15}))?(?:\.([0-9a-f]{12}))?$/;
const DIGEST_CHARACTERS = 12;

/** The position as an event's id: the job's version, the queue position and the log line, separated by dots. */
export function streamPositionId({ version, position, line }: StreamPosition): string {
  return [version, position, line].join(".").replace(/\.+$/, "");
}

/** The position in a `Last-Event-ID`; the start, if there is none or it is not one of ours. */
export function readStreamPosition(id: string | undefined): StreamPosition {
  const [, version, position, line] = ID.exec(id ?? "") ?? [];
  return { version: toNumber(version), position: toNumber(position), line };
}

/** A short identifier of a log line. */
export function digestLine(line: { readonly message: string; readonly timestamp?: string }): string {
  const text = JSON.stringify([line.timestamp, line.message]);
  return createHash("sha256").update(text).digest("hex").slice(0, DIGEST_CHARACTERS);
}

function toNumber(digits: string | undefined): number | undefined {
  return digits ? Number(digits) : undefined;
}
