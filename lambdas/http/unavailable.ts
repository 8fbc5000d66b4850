import { POLL_AFTER_SECONDS } from "../limits.ts";
import { Problem } from "./problem.ts";

/**
 * Returns what the table returns. If the table cannot be reached, throws `table_unavailable`: the caller may simply try
 * again. Problems are rethrown unchanged.
 */
export async function orUnavailable<T>(
  work: Promise<T>,
  detail = "Jobs are temporarily unavailable. Try again.",
): Promise<T> {
  try {
    return await work;
  } catch (cause) {
    if (cause instanceof Problem) throw cause;
    throw new Problem("table_unavailable", detail, { headers: { "retry-after": String(POLL_AFTER_SECONDS) }, cause });
  }
}
