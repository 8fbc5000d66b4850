import { api } from "../http/api.ts";
import { listJobs } from "../routes/list-jobs.ts";
import { openJobTable } from "../table/job-table.ts";
import { masterSecret } from "./collaborators.ts";
import { environment } from "./environment.ts";

/** `GET /jobs` */
export const handler = api(
  listJobs({
    table: openJobTable(environment.tableName(), Date.now),
    master: masterSecret(),
    owners: environment.owners(),
    publicUrl: environment.publicUrl(),
  }),
);
