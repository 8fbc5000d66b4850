import { fetchFrom } from "./archiving/archive-video.ts";
import { environment } from "./settings/environment.ts";
import { sweep } from "./sweeping/sweep.ts";
import { lateBucket, submitters } from "./wiring/collaborators.ts";

const service = {
  ...submitters(),
  bucket: lateBucket(),
  fetchVideo: fetchFrom(environment.falEndpointUrl()),
  publicUrl: environment.publicUrl(),
  endpoint: environment.endpointId(),
};

/** Every minute, by schedule: looks after every job that is due. */
export const handler = () => sweep(service);
