import { setTimeout as pause } from "node:timers/promises";
import { api } from "../http/api.ts";
import { readJob } from "../routes/read-job.ts";
import { openJobTable } from "../table/job-table.ts";
import { openUsualTime } from "../table/usual-time.ts";
import { preparer } from "./collaborators.ts";
import { environment } from "./environment.ts";

const table = openJobTable(environment.tableName(), Date.now);

/** `GET /jobs/{id}` */
export const handler = api(
  readJob({
    table,
    usualTime: openUsualTime(table, Date.now),
    prepare: preparer(),
    owners: environment.owners(),
    publicUrl: environment.publicUrl(),
    now: Date.now,
    pause: (ms) => pause(ms),
  }),
);
