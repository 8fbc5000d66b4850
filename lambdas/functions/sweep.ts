import { checkHandedOver } from "../sweep/check-handed-over.ts";
import { measuredSweep } from "../sweep/measured-sweep.ts";
import type { HandedOver } from "../table/handed-over.ts";
import { openTypicalDuration } from "../table/typical-duration.ts";
import { environment } from "./environment.ts";
import { lazyBucket } from "./lazy-bucket.ts";
import { lazyStarter } from "./lazy-starter.ts";
import { submitters } from "./submitters.ts";

const submitter = submitters();
const service = {
  ...submitter,
  bucket: lazyBucket(),
  prices: environment.prices(),
  publicUrl: environment.publicUrl(),
  typicalDuration: openTypicalDuration(submitter.table, Date.now),
  workersPerOwner: environment.perOwner.workers(),
  start: {
    check: lazyStarter(environment.ownFunction()),
    copy: lazyStarter(environment.archiveFunction()),
    deliver: lazyStarter(environment.deliverFunction()),
  },
};
const check = checkHandedOver(service);

/** Scheduled every minute: processes every due job. A sweep hands checks of large results over to this function, too. */
export const handler = (event: HandedOver | object) => ("job_ids" in event ? check(event) : measuredSweep(service));
