import { clipped } from "../contract/text.ts";
import { LOG_LINE_MAX_CHARACTERS, LOG_LINES_MAX } from "../limits.ts";
import type { FalStatus } from "./ask-for-callers.ts";
import { isObject } from "./detail.ts";

/** Live information from fal about a request, while it runs and for some time after. */
export interface Live {
  /** Number of requests ahead of it, only while it waits. */
  readonly queue_position?: number;
  /** The latest log lines, oldest first. */
  readonly logs?: readonly { readonly message: string; readonly timestamp?: string }[];
}

/** The queue position and the logs in fal's status. */
export function liveIn(status: FalStatus): Live {
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
