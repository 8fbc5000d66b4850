import { setTimeout as pause } from "node:timers/promises";
import { proxyRead } from "./proxying/proxy-read.ts";
import { environment } from "./settings/environment.ts";
import { streamingApi } from "./streaming/streaming-api.ts";
import { preparer, writers } from "./wiring/collaborators.ts";

/** `GET /fal/proxy` */
export const handler = streamingApi(
  proxyRead({
    ...writers(),
    prepare: preparer(),
    bucket: environment.bucketAccess(),
    owners: environment.owners(),
    pause: (ms) => pause(ms),
  }),
);
