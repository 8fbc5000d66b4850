import { setTimeout as pause } from "node:timers/promises";
import { api } from "../http/api.ts";
import { readJob } from "../routes/read-job.ts";
import { readVideo } from "../routes/read-video.ts";
import { openUsualTime } from "../table/usual-time.ts";
import { callers, preparer } from "./collaborators.ts";
import { environment } from "./environment.ts";

const service = callers();

/** Reads one job. */
export const handler = api(
  {
    "GET /jobs/{id}": readJob({
      ...service,
      usualTime: openUsualTime(service.table, Date.now),
      prepare: preparer(),
      pause: (ms) => pause(ms),
    }),
    "GET /jobs/{id}/video": readVideo({ ...service, bucket: environment.bucketAccess() }),
  },
  service.publicUrl,
);
