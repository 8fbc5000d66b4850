import { setTimeout as pause } from "node:timers/promises";
import { askerForCallers } from "../fal/ask-for-callers.ts";
import { streamingApi } from "../http/streaming-api.ts";
import { proxyRead } from "../proxy/read.ts";
import { writers } from "./collaborators.ts";
import { environment } from "./environment.ts";
import { falConnector } from "./fal-connector.ts";

const service = {
  ...writers(),
  askForCaller: askerForCallers(falConnector(), Date.now),
  bucket: environment.bucketAccess(),
  owners: environment.owners(),
  streamsPerOwner: environment.perOwner.streams(),
  pause: (ms: number) => pause(ms),
};

/** `GET /fal/proxy` */
export const handler = streamingApi(proxyRead(service), environment.publicUrl());
