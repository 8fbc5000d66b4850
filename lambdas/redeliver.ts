import { redeliverJob } from "./delivering/redeliver-job.ts";
import { api } from "./http/api.ts";
import { environment } from "./settings/environment.ts";
import { writers } from "./wiring/collaborators.ts";

/** `POST /jobs/{id}/redeliver` */
export const handler = api(
  redeliverJob({ ...writers(), publicUrl: environment.publicUrl(), owners: environment.owners() }),
);
