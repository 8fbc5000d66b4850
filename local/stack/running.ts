import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Caller } from "./locality.ts";

/** Where the operator's command finds the running stack. */
export type Running = {
  readonly table: string;
  readonly dynamodbUrl: string;
  readonly caller: Caller;
};

/** Writes `running.json` to the data folder. Returns a function that removes it. */
export async function writeRunning(
  dataDir: string,
  { table, dynamodbUrl, caller }: Running,
): Promise<() => Promise<void>> {
  const path = join(dataDir, "running.json");
  const running = { pid: process.pid, table, dynamodb_url: dynamodbUrl, ...caller };
  // It may contain credentials of the caller's own table.
  await writeFile(path, JSON.stringify(running), { mode: 0o600 });
  return () => rm(path, { force: true });
}
