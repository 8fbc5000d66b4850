import { api } from "../http/api.ts";
import { acceptJob } from "../routes/create-job.ts";
import { acceptors } from "./collaborators.ts";

/** `POST /jobs` */
export const handler = api(acceptJob(acceptors()));
