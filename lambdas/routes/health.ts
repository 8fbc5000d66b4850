import type { FalKey } from "../fal/key.ts";
import type { Route } from "../http/api.ts";
import { logError } from "../log.ts";
import type { JobTable } from "../table/job-table.ts";

/** No job has this id: reading it proves that the table responds. */
const PROBE_ID = "health";

/**
 * `GET /health`: 200 while jobs can be accepted and stored, 503 if the table does not respond. It also reports a
 * missing FAL_KEY.
 */
export function health(table: JobTable, falKey: FalKey): Route {
  return async () => {
    const [tableState, keyState] = await Promise.all([
      probe("table", () => table.read(PROBE_ID).then(() => "ok")),
      probe("fal_key", async () => ((await falKey()) === undefined ? "missing" : "configured")),
    ]);
    const status = tableState !== "ok" ? "down" : keyState === "configured" ? "ok" : "degraded";
    return { status: status === "down" ? 503 : 200, body: { status, table: tableState, fal_key: keyState } };
  };
}

async function probe<T extends string>(name: string, check: () => Promise<T>): Promise<T | "unreachable"> {
  try {
    return await check();
  } catch (error) {
    logError("health check failed", error, { check: name });
    return "unreachable";
  }
}
