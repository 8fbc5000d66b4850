import type { Publish } from "../aws/event-bus.ts";
import { callbackSecrets } from "../deliver/callback-secrets.ts";
import { callbackPoster } from "../deliver/post-callback.ts";
import { openTypicalDuration } from "../table/typical-duration.ts";
import { writers } from "./collaborators.ts";
import { environment } from "./environment.ts";
import { masterSecret } from "./master-secret.ts";

/** Collaborators of functions that deliver a job's final event. */
export function deliverers() {
  const service = writers();
  const master = masterSecret();
  const site = environment.site();
  return {
    ...service,
    publicUrl: environment.publicUrl(),
    postCallback: callbackPoster({ ...site, allowsLoopback: site.allowsLoopbackCallbacks }),
    publish: lazyEventBus(),
    typicalDuration: openTypicalDuration(service.table, Date.now),
    secretsOf: async (owner: string) =>
      callbackSecrets(await master(), owner, await service.table.readOwner(owner), service.now()),
  };
}

/** Opens the event bus on first use. */
function lazyEventBus(): Publish {
  const name = environment.eventBusName();
  let bus: Promise<Publish> | undefined;
  return async (detailType, detail) => {
    bus ??= import("../aws/event-bus.ts").then(({ openEventBus }) => openEventBus(name));
    await (await bus)(detailType, detail);
  };
}
