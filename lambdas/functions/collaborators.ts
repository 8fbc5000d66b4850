import { randomUUID } from "node:crypto";
import { countFor } from "../metrics.ts";
import { openJobTable } from "../table/job-table.ts";
import { openJobs } from "../table/jobs.ts";
import { environment } from "./environment.ts";

/** The real collaborators of functions that write jobs, and so count metrics: the table, the clock, random numbers. */
export function writers() {
  countFor(environment.stackName());
  const written = {
    table: openJobTable(environment.tableName(), Date.now),
    policy: environment.policy(),
    now: Date.now,
    newWriteId: randomUUID,
  };
  return { ...written, jobs: openJobs(written), random: Math.random };
}

/** Collaborators of functions that read for callers: the table, ownership checks and links. */
export function callers() {
  return {
    table: openJobTable(environment.tableName(), Date.now),
    owners: environment.owners(),
    publicUrl: environment.publicUrl(),
    now: Date.now,
  };
}
