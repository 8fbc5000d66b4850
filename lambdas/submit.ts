import { api } from "./http/api.ts";
import { acceptJob } from "./submission/accept-job.ts";
import { acceptors } from "./wiring/collaborators.ts";

/** `POST /jobs` */
export const handler = api(acceptJob(acceptors()));
