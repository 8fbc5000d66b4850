import { POLL_AFTER_SECONDS } from "../limits.ts";
import { Problem } from "./problem.ts";

/**
 * Returns the result of a table operation, or throws `table_unavailable` if the table cannot be reached: the caller can
 * simply try again. A `Problem` is passed on unchanged.
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
