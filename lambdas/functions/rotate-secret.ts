import { api } from "../http/api.ts";
import { rotateCallbackSecret } from "../routes/callback-secret.ts";
import { openJobTable } from "../table/job-table.ts";
import { masterSecret } from "./collaborators.ts";
import { environment } from "./environment.ts";

/** `POST /callback-secret/rotate` */
export const handler = api(
  rotateCallbackSecret({
    table: openJobTable(environment.tableName(), Date.now),
    master: masterSecret(),
    owners: environment.owners(),
    now: Date.now,
  }),
);
