import { api } from "../http/api.ts";
import { readCallbackSecret } from "../routes/callback-secret.ts";
import { openJobTable } from "../table/job-table.ts";
import { masterSecret } from "./collaborators.ts";
import { environment } from "./environment.ts";

/** `GET /callback-secret` */
export const handler = api(
  readCallbackSecret({
    table: openJobTable(environment.tableName(), Date.now),
    master: masterSecret(),
    owners: environment.owners(),
    now: Date.now,
  }),
);
