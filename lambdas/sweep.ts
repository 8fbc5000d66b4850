import { fetchFrom } from "./archiving/archive-video.ts";
import { environment } from "./settings/environment.ts";
import { sweep } from "./sweeping/sweep.ts";
import { deliverers, lateBucket, submitters } from "./wiring/collaborators.ts";

const service = {
  ...deliverers(),
  ...submitters(),
  bucket: lateBucket(),
  fetchVideo: fetchFrom(environment.falEndpointUrl()),
};

/** Every minute, by schedule: looks after every job that is due. */
export const handler = () => sweep(service);
