import { api } from "./http/api.ts";
import { readVideo } from "./reading/read-video.ts";
import { environment } from "./settings/environment.ts";
import { openJobTable } from "./table/job-table.ts";

/** `GET /jobs/{id}/video` */
export const handler = api(
  readVideo({
    table: openJobTable(environment.tableName(), Date.now),
    bucket: environment.bucketAccess(),
    owners: environment.owners(),
    publicUrl: environment.publicUrl(),
    now: Date.now,
  }),
);
