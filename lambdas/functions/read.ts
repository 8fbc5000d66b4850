import { setTimeout as pause } from "node:timers/promises";
import { askerForCallers } from "../fal/ask-for-callers.ts";
import { api } from "../http/api.ts";
import { readJob } from "../routes/read-job.ts";
import { readVideo } from "../routes/read-video.ts";
import { openTypicalDuration } from "../table/typical-duration.ts";
import { callers } from "./collaborators.ts";
import { environment } from "./environment.ts";
import { falConnector } from "./fal-connector.ts";

const service = callers();

/** Reads one job. */
export const handler = api(
  {
    "GET /jobs/{id}": readJob({
      ...service,
      typicalDuration: openTypicalDuration(service.table, Date.now),
      askForCaller: askerForCallers(falConnector(), Date.now),
      waitsPerOwner: environment.perOwner.waits(),
      random: Math.random,
      pause: (ms) => pause(ms),
    }),
    "GET /jobs/{id}/video": readVideo({
      ...service,
      bucket: environment.bucketAccess(),
      falEndpointUrl: environment.falEndpointUrl(),
    }),
  },
  service.publicUrl,
);
