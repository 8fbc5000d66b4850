import { archiveHandedOver } from "../archive/archive-handed-over.ts";
import { fetchFrom } from "../archive/archive-video.ts";
import { streamWorker } from "../table/handed-over.ts";
import { writers } from "./collaborators.ts";
import { environment } from "./environment.ts";
import { lazyBucket } from "./lazy-bucket.ts";
import { lazyStarter } from "./lazy-starter.ts";

const archive = archiveHandedOver({
  ...writers(),
  workersPerOwner: environment.perOwner.workers(),
  bucket: lazyBucket(),
  fetchVideo: fetchFrom(environment.falEndpointUrl()),
});

/** Copies videos of jobs that have succeeded. The table's stream and the sweep hand them over. */
export const handler = streamWorker(lazyStarter(environment.ownFunction()), archive);
