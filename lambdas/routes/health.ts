import type { HttpAnswer, Route } from "../http/api.ts";
import { HEALTH_MAX_AGE_MS } from "../limits.ts";
import { logError } from "../log.ts";
import type { JobTable } from "../table/job-table.ts";

/** No job has this id. Reading it shows that the table responds. */
const PROBE_ID = "health";

/** What `/health` reports on. It only learns whether FAL_KEY has a value, not the value. */
export interface Health {
  readonly table: Pick<JobTable, "read">;
  readonly hasFalKey: () => Promise<boolean>;
  /** Epoch milliseconds. */
  readonly now: () => number;
}

/**
 * `GET /health`: 200 while jobs are accepted and stored, 503 if the table does not respond. A missing FAL_KEY is
 * reported. Anybody may ask, so each function instance looks at most once in five seconds, also for many who ask at the
 * same moment.
 */
export function health(service: Health): Route {
  let latest: { readonly answer: Promise<HttpAnswer>; readonly staleAt: number } | undefined;
  return () => {
    const now = service.now();
    if (latest === undefined || now >= latest.staleAt)
      latest = { answer: look(service), staleAt: now + HEALTH_MAX_AGE_MS };
    return latest.answer;
  };
}

async function look({ table, hasFalKey }: Health): Promise<HttpAnswer> {
  const [tableState, keyState] = await Promise.all([
    probe("table", () => table.read(PROBE_ID).then(() => "ok")),
    probe("fal_key", async () => ((await hasFalKey()) ? "configured" : "missing")),
  ]);
  const status = tableState !== "ok" ? "down" : keyState === "configured" ? "ok" : "degraded";
  return { status: status === "down" ? 503 : 200, body: { status, table: tableState, fal_key: keyState } };
}

async function probe<T extends string>(name: string, check: () => Promise<T>): Promise<T | "unreachable"> {
  try {
    return await check();
  } catch (error) {
    logError("health check failed", error, { check: name });
    return "unreachable";
  }
}
