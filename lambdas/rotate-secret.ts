import { rotateCallbackSecret } from "./delivering/callback-secret.ts";
import { api } from "./http/api.ts";
import { environment } from "./settings/environment.ts";
import { openJobTable } from "./table/job-table.ts";
import { masterSecret } from "./wiring/collaborators.ts";

/** `POST /callback-secret/rotate` */
export const handler = api(
  rotateCallbackSecret({
    table: openJobTable(environment.tableName(), Date.now),
    master: masterSecret(),
    owners: environment.owners(),
    now: Date.now,
  }),
);
