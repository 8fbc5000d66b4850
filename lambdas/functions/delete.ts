import { api } from "../http/api.ts";
import { deleteJob } from "../routes/delete-job.ts";
import { openJobTable } from "../table/job-table.ts";
import { lateBucket, preparer } from "./collaborators.ts";
import { environment } from "./environment.ts";

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
