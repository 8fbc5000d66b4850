import { api } from "../http/api.ts";
import { cancelJob } from "../routes/cancel-job.ts";
import { deleteJob } from "../routes/delete-job.ts";
import { redeliverJob } from "../routes/redeliver-job.ts";
import { environment } from "./environment.ts";
import { lazyBucket } from "./lazy-bucket.ts";
import { submitters } from "./submitters.ts";

const publicUrl = environment.publicUrl();
const service = { ...submitters(), bucket: lazyBucket(), owners: environment.owners(), publicUrl };

/** The routes that change a job and spend no money. */
export const handler = api(
  {
    "POST /jobs/{id}/cancel": cancelJob(service),
    "POST /jobs/{id}/redeliver": redeliverJob(service),
    "DELETE /jobs/{id}": deleteJob(service),
  },
  publicUrl,
);
