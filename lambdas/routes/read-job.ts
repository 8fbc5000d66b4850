import { publicJob } from "../contract/public-job.ts";
import type { AskForCaller } from "../fal/ask-for-callers.ts";
import { liveIn } from "../fal/live.ts";
import type { Route } from "../http/api.ts";
import { namesEtag } from "../http/etag.ts";
import { ownedJob } from "../http/owned-job.ts";
import { preferredWaitSeconds } from "../http/prefer.ts";
import { Problem } from "../http/problem.ts";
import { switches } from "../http/request.ts";
import { isOpen } from "../job/job.ts";
import type { JobTable } from "../table/job-table.ts";
import type { TypicalDuration } from "../table/typical-duration.ts";
import { settledWithin, type Waiter } from "../table/wait.ts";

export interface Reader {
  readonly table: Pick<JobTable, "read">;
  readonly owners: ReadonlyMap<string, string>;
  readonly publicUrl: string;
}

export interface JobReader extends Omit<Reader, "table">, Waiter {
  readonly askForCaller: AskForCaller;
  readonly typicalDuration: TypicalDuration;
}

/**
 * `GET /jobs/{id}`: returns the job, only to its owner. Returns 304 if the caller already has this version. `Prefer:
 * wait=n` waits until the job has settled. `?logs=1` adds the queue position and logs from fal.
 */
export function readJob(service: JobReader): Route {
  return async (request) => {
    const { logs = false } = switches(request, "logs");
    const found = await ownedJob(service, request);
    const waitSeconds = preferredWaitSeconds(request);
    const { job, hasWaited } =
      waitSeconds === undefined
        ? { job: found, hasWaited: false }
        : await settledWithin(service, found, waitSeconds, request.answerBy);
    if (job === undefined) throw new Problem("not_found", "There is no such job.");
    const etag = `"${job.version}"`;
    const headers = {
      etag,
      ...(isOpen(job) && { "retry-after": String(await service.typicalDuration.secondsLeft(job)) }),
      ...(hasWaited && { "preference-applied": `wait=${waitSeconds}` }),
    };
    // Live information from fal changes without a new version of the row.
    if (!logs && namesEtag(request, etag)) return { status: 304, headers };
    const body = publicJob(job, service.publicUrl, logs ? liveIn(await service.askForCaller(job)) : {});
    return { status: 200, headers, body };
  };
}
