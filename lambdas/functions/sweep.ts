import { checkHandedOver } from "../sweep/check-handed-over.ts";
import { sweep } from "../sweep/sweep.ts";
import type { HandedOver } from "../table/handed-over.ts";
import { lazyBucket, lazyStarter, submitters } from "./collaborators.ts";
import { environment } from "./environment.ts";

const service = {
  ...submitters(),
  bucket: lazyBucket(),
  prices: environment.prices(),
  publicUrl: environment.publicUrl(),
  workersPerOwner: environment.perOwner.workers(),
  start: {
    check: lazyStarter(environment.ownFunction()),
    copy: lazyStarter(environment.archiveFunction()),
    deliver: lazyStarter(environment.deliverFunction()),
  },
};
const check = checkHandedOver(service);

/** Scheduled every minute: processes every due job. A sweep hands checks of large results over to this function, too. */
export const handler = (event: HandedOver | object) => ("job_ids" in event ? check(event) : sweep(service));
