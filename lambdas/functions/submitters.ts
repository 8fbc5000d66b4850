import { randomBytes } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import { openCircuitBreaker } from "../submit/circuit-breaker.ts";
import type { Acceptor } from "../submit/make-job.ts";
import { uploadReader } from "../submit/read-upload.ts";
import { openTypicalDuration } from "../table/typical-duration.ts";
import { writers } from "./collaborators.ts";
import { environment } from "./environment.ts";
import { falConnector } from "./fal-connector.ts";

/** Collaborators of functions that submit jobs or otherwise call fal with our key. */
export function submitters() {
  const service = writers();
  return { ...service, connectFal: falConnector(), circuitBreaker: openCircuitBreaker(service), randomBytes };
}

/** Collaborators of functions that accept new jobs from callers. */
export function acceptors(): Acceptor {
  const service = submitters();
  return {
    ...service,
    ...environment.site(),
    waitsPerOwner: environment.perOwner.waits(),
    pause: (ms) => pause(ms),
    typicalDuration: openTypicalDuration(service.table, Date.now),
    readUpload: uploadReader(environment.bucketAccess()),
    budgets: environment.budgets(),
    prices: environment.prices(),
    owners: environment.owners(),
    endpoints: environment.endpointIds(),
  };
}
