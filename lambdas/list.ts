import { api } from "./http/api.ts";
import { listJobs } from "./reading/list-jobs.ts";
import { environment } from "./settings/environment.ts";
import { openJobTable } from "./table/job-table.ts";
import { masterSecret } from "./wiring/collaborators.ts";

/** `GET /jobs` */
export const handler = api(
  listJobs({
    table: openJobTable(environment.tableName(), Date.now),
    master: masterSecret(),
    owners: environment.owners(),
    publicUrl: environment.publicUrl(),
  }),
);
