import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Caller } from "./locality.ts";

/** Where the operator's command finds the running stack. */
export type Running = {
  readonly table: string;
  readonly caller: Caller;
  /** Base URLs of the local substitutes for AWS's services, by the name of the service. */
  readonly endpoints: Readonly<Record<"dynamodb" | "lambda" | "s3" | "secretsmanager", string>>;
};

/** Writes `running.json` to the data folder. Returns a function that removes it. */
export async function writeRunning(dataDir: string, { caller, ...running }: Running): Promise<() => Promise<void>> {
  const path = join(dataDir, "running.json");
  // It may contain credentials of the caller's own table.
  await writeFile(path, JSON.stringify({ pid: process.pid, ...running, ...caller }), { mode: 0o600 });
  return () => rm(path, { force: true });
}
