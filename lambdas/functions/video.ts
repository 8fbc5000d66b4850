import { api } from "../http/api.ts";
import { readVideo } from "../routes/read-video.ts";
import { openJobTable } from "../table/job-table.ts";
import { environment } from "./environment.ts";

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
