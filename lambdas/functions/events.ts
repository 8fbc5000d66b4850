import { setTimeout as pause } from "node:timers/promises";
import { streamingApi } from "../http/streaming-api.ts";
import { streamJob } from "../routes/job-events.ts";
import { openJobTable } from "../table/job-table.ts";
import { preparer } from "./collaborators.ts";
import { environment } from "./environment.ts";

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
