import { jobUrl, publicJob } from "../contract/public-job.ts";
import type { Route } from "../http/api.ts";
import { ownedJob } from "../http/owned-job.ts";
import { Problem } from "../http/problem.ts";
import { tooOften } from "../http/too-often.ts";
import { orUnavailable } from "../http/unavailable.ts";
import { nextRedeliveryAt } from "../job/delivering.ts";
import { isOpen } from "../job/job.ts";
import type { JobTable } from "../table/job-table.ts";
import type { Jobs } from "../table/jobs.ts";

export interface Redeliverer {
  readonly table: Pick<JobTable, "read">;
  readonly jobs: Jobs;
  readonly owners: ReadonlyMap<string, string>;
  readonly publicUrl: string;
  /** Epoch milliseconds. */
  readonly now: () => number;
}

/**
 * `POST /jobs/{id}/redeliver`: sends the same event to the `callback_url` again. Throws `job_open`, `no_callback` and
 * `rate_limited`.
 */
export function redeliverJob(service: Redeliverer): Route {
  return async (request) => {
    const job = await ownedJob(service, request);
    const instance = jobUrl(service.publicUrl, job.id);
    if (job.callback_url === undefined)
      throw new Problem("no_callback", "The job has no callback_url, so there is no callback to send again.", {
        instance,
      });
    if (isOpen(job))
      throw new Problem(
        "job_open",
        `The job has not settled yet; its status is ${job.status}. Try again when it has settled.`,
        { instance },
      );
    const waitMs = nextRedeliveryAt(job) - service.now();
    if (waitMs > 0) throw tooOften("The callback was requested again too soon.", waitMs);
    const updated = await orUnavailable(service.jobs.advance(job, "redeliver", { type: "redelivery_requested" }));
    if (updated === undefined) throw new Problem("not_found", "There is no such job.");
    return { status: 202, body: publicJob(updated, service.publicUrl) };
  };
}
