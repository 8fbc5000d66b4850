import type { Job } from "../job/job.ts";
import type { JobTable } from "../table/job-table.ts";
import { streamReader } from "../table/stream.ts";
import { type Deliverer, deliverJob } from "./deliver-job.ts";

interface StreamDeliverer extends Deliverer {
  readonly table: Pick<JobTable, "read">;
}

/**
 * Delivers each job's final event as soon as the job has settled (rule A12). The stream makes only the first attempt;
 * the sweep retries failed deliveries and makes those that the stream missed.
 */
export function deliverFromStream(service: StreamDeliverer) {
  const deliver = async (job: Job) => {
    const isFirst = (job.delivery?.attempts ?? 0) === 0;
    const isLeased = (job.delivery?.leased_until ?? 0) > service.now();
    const isWaiting = isLeased || (job.archive_due !== undefined && job.delivery === undefined);
    if (job.deliver_due !== undefined && isFirst && !isWaiting) await deliverJob(service, job, "deliver");
  };
  return streamReader(service, deliver, "a job's final event could not be delivered");
}
