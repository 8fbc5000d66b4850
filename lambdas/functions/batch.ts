import { api } from "../http/api.ts";
import { acceptBatch } from "../routes/create-batch.ts";
import { acceptors } from "./collaborators.ts";

/** `POST /jobs/batch` */
export const handler = api(acceptBatch(acceptors()));
