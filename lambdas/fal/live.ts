import { clipped } from "../contract/text.ts";
import { LOG_LINE_MAX_CHARACTERS, LOG_LINES_MAX } from "../limits.ts";
import { isSuccess } from "./call-once.ts";
import { isObject, jsonObject } from "./detail.ts";
import type { FalConnection } from "./prepare.ts";

/** Live information from fal about a request, while it runs and for some time after. */
export interface Live {
  /** Number of requests ahead of it, only while it waits. */
  readonly queue_position?: number;
  /** The latest log lines, oldest first. */
  readonly logs?: readonly { readonly message: string; readonly timestamp?: string }[];
}

/**
 * Gets the queue position and the logs of a request from fal. Returns an empty object if fal cannot be asked. Never
 * throws.
 */
export async function readLive({ fal, access }: FalConnection, endpoint: string, requestId: string): Promise<Live> {
  if (access === undefined) return {};
  const call = await fal.statusAtFal(access, { endpoint, requestId }, true);
  const status = call.kind === "answered" && isSuccess(call.status) ? jsonObject(call.body) : undefined;
  const { queue_position, logs } = status ?? {};
  return {
    ...(typeof queue_position === "number" && Number.isSafeInteger(queue_position) && { queue_position }),
    ...(Array.isArray(logs) && { logs: logs.filter(isObject).slice(-LOG_LINES_MAX).map(toLine) }),
  };
}

function toLine({ message, timestamp }: Readonly<Record<string, unknown>>) {
  return {
    message: clipped(typeof message === "string" ? message : "", LOG_LINE_MAX_CHARACTERS),
    ...(typeof timestamp === "string" && { timestamp: clipped(timestamp, 40) }),
  };
}
