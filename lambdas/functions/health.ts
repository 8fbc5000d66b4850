import { secretReader } from "../aws/secret.ts";
import { cachedFalKey } from "../fal/key.ts";
import { api } from "../http/api.ts";
import { health } from "../routes/health.ts";
import { openJobTable } from "../table/job-table.ts";
import { environment } from "./environment.ts";

/** `GET /health` */
export const handler = api(
  health(
    openJobTable(environment.tableName(), Date.now),
    cachedFalKey(secretReader(environment.falKeySecretId()), Date.now),
  ),
);
