import { setTimeout as pause } from "node:timers/promises";
import { streamingApi } from "../http/streaming-api.ts";
import { streamJob } from "../routes/job-events.ts";
import { callers, preparer } from "./collaborators.ts";

const service = { ...callers(), prepare: preparer(), pause: (ms: number) => pause(ms) };

/** `GET /jobs/{id}/events` */
export const handler = streamingApi(streamJob(service), service.publicUrl);
