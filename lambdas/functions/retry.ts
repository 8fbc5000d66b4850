import { api } from "../http/api.ts";
import { retryJob } from "../routes/retry-job.ts";
import { submitters } from "./collaborators.ts";
import { environment } from "./environment.ts";

/** `POST /jobs/{id}/retry` */
export const handler = api(
  retryJob({
    ...submitters(),
    publicUrl: environment.publicUrl(),
    owners: environment.owners(),
    budgets: environment.budgets(),
  }),
);
