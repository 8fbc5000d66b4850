import { api } from "./http/api.ts";
import { environment } from "./settings/environment.ts";
import { retryJob } from "./submission/retry-job.ts";
import { submitters } from "./wiring/collaborators.ts";

/** `POST /jobs/{id}/retry` */
export const handler = api(
  retryJob({
    ...submitters(),
    publicUrl: environment.publicUrl(),
    owners: environment.owners(),
    budgets: environment.budgets(),
  }),
);
