import { createHash } from "node:crypto";

/** How far a client has come, which each event names as its id: what it has, it need not be sent again. */
export interface StreamPosition {
  /** Of the job. */
  readonly version?: number | undefined;
  /** In fal's queue. */
  readonly position?: number | undefined;
  /** The latest log line, as {@link digestLine} names it. */
  readonly line?: string | undefined;
}

const ID = /^(\d{1,15})(?:\.(\d{0,15}))?(?:\.([0-9a-f]{12}))?$/;
const DIGEST_CHARACTERS = 12;

/** The place as an event's id: the job's version, and behind dots the position and the line that were told with it. */
export function streamPositionId({ version, position, line }: StreamPosition): string {
  return [version, position, line].join(".").replace(/\.+$/, "");
}

/** The place that a `Last-Event-ID` names; the beginning, when there is none or it is not one of ours. */
export function readStreamPosition(id: string | undefined): StreamPosition {
  const [, version, position, line] = ID.exec(id ?? "") ?? [];
  return { version: toNumber(version), position: toNumber(position), line };
}

/** A short name for a log line. */
export function digestLine(line: { readonly message: string; readonly timestamp?: string }): string {
  const text = JSON.stringify([line.timestamp, line.message]);
  return createHash("sha256").update(text).digest("hex").slice(0, DIGEST_CHARACTERS);
}

function toNumber(digits: string | undefined): number | undefined {
  return digits ? Number(digits) : undefined;
}
