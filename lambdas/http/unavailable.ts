import { POLL_AFTER_SECONDS } from "../limits.ts";
import { Problem } from "./problem.ts";

/** What the table gives, or, when it cannot be reached, `table_unavailable`: the caller may simply ask again. Problems stay what they are. */
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
