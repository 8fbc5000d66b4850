import { setTimeout as pause } from "node:timers/promises";
import { askerForCallers } from "../fal/ask-for-callers.ts";
import { streamingApi } from "../http/streaming-api.ts";
import { streamJob } from "../routes/job-events.ts";
import { openTypicalDuration } from "../table/typical-duration.ts";
import { writers } from "./collaborators.ts";
import { environment } from "./environment.ts";
import { falConnector } from "./fal-connector.ts";

const writer = writers();
const service = {
  ...writer,
  typicalDuration: openTypicalDuration(writer.table, Date.now),
  owners: environment.owners(),
  publicUrl: environment.publicUrl(),
  askForCaller: askerForCallers(falConnector(), Date.now),
  streamsPerOwner: environment.perOwner.streams(),
  pause: (ms: number) => pause(ms),
};

/** `GET /jobs/{id}/events` */
export const handler = streamingApi(streamJob(service), service.publicUrl);
