import { api } from "./http/api.ts";
import { uploadReader } from "./media/read-upload.ts";
import { environment } from "./settings/environment.ts";
import { acceptJob } from "./submission/accept-job.ts";
import { submitters } from "./wiring/collaborators.ts";

/** `POST /jobs` */
export const handler = api(
  acceptJob({
    ...submitters(),
    readUpload: uploadReader(environment.bucketAccess()),
    publicUrl: environment.publicUrl(),
    owners: environment.owners(),
    endpoint: environment.endpointId(),
  }),
);
