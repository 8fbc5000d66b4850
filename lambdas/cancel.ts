import { cancelJob } from "./cancellation/cancel-job.ts";
import { api } from "./http/api.ts";
import { environment } from "./settings/environment.ts";
import { submitters } from "./wiring/collaborators.ts";

/** `POST /jobs/{id}/cancel` */
export const handler = api(
  cancelJob({ ...submitters(), publicUrl: environment.publicUrl(), owners: environment.owners() }),
);
