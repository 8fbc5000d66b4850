import { cachedFalKey } from "./fal/key.ts";
import { api } from "./http/api.ts";
import { health } from "./reading/health.ts";
import { secretReader } from "./secrets/read-secret.ts";
import { environment } from "./settings/environment.ts";
import { openJobTable } from "./table/job-table.ts";

/** `GET /health` */
export const handler = api(
  health(
    openJobTable(environment.tableName(), Date.now),
    cachedFalKey(secretReader(environment.falKeySecretId()), Date.now),
  ),
);
