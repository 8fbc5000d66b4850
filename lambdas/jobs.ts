import { api } from "./http/api.ts";
import { readJob } from "./reading/read-job.ts";
import { environment } from "./settings/environment.ts";
import { openJobTable } from "./table/job-table.ts";

/** `GET /jobs/{id}` */
export const handler = api(
  readJob({
    table: openJobTable(environment.tableName(), Date.now),
    owners: environment.owners(),
    publicUrl: environment.publicUrl(),
  }),
);
