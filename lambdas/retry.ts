import { api } from "./http/api.ts";
import { environment } from "./settings/environment.ts";
import { retryJob } from "./submission/retry-job.ts";
import { collaborators } from "./wiring/collaborators.ts";

/** `POST /jobs/{id}/retry` */
export const handler = api(
  retryJob({ ...collaborators(), publicUrl: environment.publicUrl(), owners: environment.owners() }),
);
