import { api } from "./http/api.ts";
import { environment } from "./settings/environment.ts";
import { acceptJob } from "./submission/accept-job.ts";
import { collaborators } from "./wiring/collaborators.ts";

/** `POST /jobs` */
export const handler = api(
  acceptJob({
    ...collaborators(),
    publicUrl: environment.publicUrl(),
    owners: environment.owners(),
    endpoint: environment.endpointId(),
  }),
);
