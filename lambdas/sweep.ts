import { environment } from "./settings/environment.ts";
import { videoHolder } from "./settlement/hold-video.ts";
import { sweep } from "./sweeping/sweep.ts";
import { collaborators } from "./wiring/collaborators.ts";

const service = { ...collaborators(), publicUrl: environment.publicUrl() };

/** Every minute, by schedule: looks after every job that is due. */
export const handler = () =>
  sweep({ ...service, endpoint: environment.endpointId(), holdVideo: videoHolder(service.prepare) });
