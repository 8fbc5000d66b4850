import { api } from "./http/api.ts";
import { acceptBatch } from "./submission/accept-batch.ts";
import { acceptors } from "./wiring/collaborators.ts";

/** `POST /jobs/batch` */
export const handler = api(acceptBatch(acceptors()));
