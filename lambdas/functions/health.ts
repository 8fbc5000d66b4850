import { secretProbe } from "../aws/secret.ts";
import { api } from "../http/api.ts";
import { health } from "../routes/health.ts";
import { openJobTable } from "../table/job-table.ts";
import { environment } from "./environment.ts";

const service = {
  table: openJobTable(environment.tableName(), Date.now),
  hasFalKey: secretProbe(environment.falKeySecretId()),
  now: Date.now,
};

/** Whether the table can be read and FAL_KEY is set. */
export const handler = api({ "GET /health": health(service) }, environment.publicUrl());
