import { setTimeout as pause } from "node:timers/promises";
import { environment } from "./settings/environment.ts";
import { streamJob } from "./streaming/stream-job.ts";
import { streamingApi } from "./streaming/streaming-api.ts";
import { openJobTable } from "./table/job-table.ts";
import { preparer } from "./wiring/collaborators.ts";

/** `GET /jobs/{id}/events` */
export const handler = streamingApi(
  streamJob({
    table: openJobTable(environment.tableName(), Date.now),
    prepare: preparer(),
    owners: environment.owners(),
    publicUrl: environment.publicUrl(),
    now: Date.now,
    pause: (ms) => pause(ms),
  }),
);
