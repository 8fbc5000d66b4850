import { deliverHandedOver } from "../deliver/deliver-handed-over.ts";
import { streamWorker } from "../table/handed-over.ts";
import { deliverers } from "./deliverers.ts";
import { environment } from "./environment.ts";
import { lazyStarter } from "./lazy-starter.ts";

/**
 * Delivers the final events of settled jobs to the caller and the event bus. The table's stream and the sweep hand the
 * jobs over.
 */
export const handler = streamWorker(
  lazyStarter(environment.ownFunction()),
  deliverHandedOver({ ...deliverers(), workersPerOwner: environment.perOwner.workers() }),
);
