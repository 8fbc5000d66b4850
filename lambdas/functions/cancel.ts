import { api } from "../http/api.ts";
import { cancelJob } from "../routes/cancel-job.ts";
import { submitters } from "./collaborators.ts";
import { environment } from "./environment.ts";

/** `POST /jobs/{id}/cancel` */
export const handler = api(
  cancelJob({ ...submitters(), publicUrl: environment.publicUrl(), owners: environment.owners() }),
);
