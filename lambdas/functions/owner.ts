import { randomUUID } from "node:crypto";
import { api } from "../http/api.ts";
import { readCallbackSecret, rotateCallbackSecret } from "../routes/callback-secret.ts";
import { listJobs } from "../routes/list-jobs.ts";
import { readUsage } from "../routes/read-usage.ts";
import { callers } from "./collaborators.ts";
import { environment } from "./environment.ts";
import { masterSecret } from "./master-secret.ts";

const service = { ...callers(), master: masterSecret(), newWriteId: randomUUID, budgets: environment.budgets() };

/** The routes of an owner, not of one job. This function reads the master secret and never FAL_KEY. */
export const handler = api(
  {
    "GET /jobs": listJobs(service),
    "GET /usage": readUsage(service),
    "GET /callback-secret": readCallbackSecret(service),
    "POST /callback-secret/rotate": rotateCallbackSecret(service),
  },
  service.publicUrl,
);
