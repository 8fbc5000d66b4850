import { api } from "../http/api.ts";
import { redeliverJob } from "../routes/redeliver-job.ts";
import { writers } from "./collaborators.ts";
import { environment } from "./environment.ts";

/** `POST /jobs/{id}/redeliver` */
export const handler = api(
  redeliverJob({ ...writers(), publicUrl: environment.publicUrl(), owners: environment.owners() }),
);
