import { api } from "../http/api.ts";
import { proxyWrite } from "../proxy/write.ts";
import { acceptBatch } from "../routes/create-batch.ts";
import { acceptJob, validateJob } from "../routes/create-job.ts";
import { createUpload } from "../routes/create-upload.ts";
import { retryJob } from "../routes/retry-job.ts";
import { environment } from "./environment.ts";
import { acceptors } from "./submitters.ts";

// One service for all routes: they share one circuit breaker, so that all of them detect an outage at fal (rule P17).
const service = {
  ...acceptors(),
  bucket: environment.bucketAccess(),
  falUploadsPerDay: environment.falUploadsPerDay(),
};

/** The routes that may create a job or send a file to fal. This function spends money and reads FAL_KEY. */
export const handler = api(
  {
    "POST /jobs": acceptJob(service),
    "POST /jobs/batch": acceptBatch(service),
    "POST /jobs/validate": validateJob(service),
    "POST /jobs/{id}/retry": retryJob(service),
    "POST /uploads": createUpload(service),
    "POST /fal/proxy": proxyWrite(service),
    "PUT /fal/proxy": proxyWrite(service),
  },
  service.publicUrl,
);
