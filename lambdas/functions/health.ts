import { secretReader } from "../aws/secret.ts";
import { cachedFalKey } from "../fal/key.ts";
import { api } from "../http/api.ts";
import { health } from "../routes/health.ts";
import { openJobTable } from "../table/job-table.ts";
import { environment } from "./environment.ts";

const table = openJobTable(environment.tableName(), Date.now);
const falKey = cachedFalKey(secretReader(environment.falKeySecretId()), Date.now);

/** Whether the table and FAL_KEY can be read. */
export const handler = api({ "GET /health": health(table, falKey) }, environment.publicUrl());
