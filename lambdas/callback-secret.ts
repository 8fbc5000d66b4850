import { readCallbackSecret } from "./delivering/callback-secret.ts";
import { api } from "./http/api.ts";
import { environment } from "./settings/environment.ts";
import { openJobTable } from "./table/job-table.ts";
import { masterSecret } from "./wiring/collaborators.ts";

/** `GET /callback-secret` */
export const handler = api(
  readCallbackSecret({
    table: openJobTable(environment.tableName(), Date.now),
    master: masterSecret(),
    owners: environment.owners(),
    now: Date.now,
  }),
);
