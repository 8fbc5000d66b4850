import { WAIT_MAX_SECONDS } from "../limits.ts";
import type { HttpRequest } from "./request.ts";

const WAIT = /^wait\s*=\s*"?(\d{1,9})"?$/i;

/**
 * How many seconds the caller is willing to wait for a settled job (`Prefer: wait=n`, RFC 7240), at most 25; undefined
 * if it does not wait. Unrecognised preferences are ignored.
 */
export function preferredWaitSeconds(request: HttpRequest): number | undefined {
  const preferences = (request.headers.get("prefer") ?? []).flatMap((value) => value.split(/[,;]/));
  for (const preference of preferences) {
    const seconds = WAIT.exec(preference.trim())?.[1];
    if (seconds !== undefined) return Math.min(Number(seconds), WAIT_MAX_SECONDS);
  }
  return undefined;
}
