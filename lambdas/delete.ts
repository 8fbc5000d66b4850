import { deleteJob } from "./deletion/delete-job.ts";
import { api } from "./http/api.ts";
import { environment } from "./settings/environment.ts";
import { openJobTable } from "./table/job-table.ts";
import { lateBucket, preparer } from "./wiring/collaborators.ts";

/** `DELETE /jobs/{id}` */
export const handler = api(
  deleteJob({
    table: openJobTable(environment.tableName(), Date.now),
    bucket: lateBucket(),
    prepare: preparer(),
    owners: environment.owners(),
    publicUrl: environment.publicUrl(),
    now: Date.now,
  }),
);
