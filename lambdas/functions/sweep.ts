import { fetchFrom } from "../archive/archive-video.ts";
import { sweep } from "../sweep/sweep.ts";
import { deliverers, lazyBucket, submitters } from "./collaborators.ts";
import { environment } from "./environment.ts";

const service = {
  ...deliverers(),
  ...submitters(),
  bucket: lazyBucket(),
  prices: environment.prices(),
  fetchVideo: fetchFrom(environment.falEndpointUrl()),
};

/** Scheduled every minute: processes every due job. */
export const handler = () => sweep(service);
