import { publicJob } from "../contract/public-job.ts";
import { askFalToCancel } from "../fal/ask-to-cancel.ts";
import type { FalConnection } from "../fal/prepare.ts";
import type { Route } from "../http/api.ts";
import { ownedJob } from "../http/owned-job.ts";
import { Problem } from "../http/problem.ts";
import { isOpen, type Job } from "../job/job.ts";
import { POLL_AFTER_SECONDS } from "../limits.ts";
import { logError } from "../log.ts";
import type { JobTable } from "../table/job-table.ts";
import type { Jobs } from "../table/jobs.ts";

export interface Canceller {
  readonly table: Pick<JobTable, "read">;
  readonly jobs: Jobs;
  readonly connectFal: () => Promise<FalConnection>;
  readonly owners: ReadonlyMap<string, string>;
  readonly publicUrl: string;
}

/**
 * `POST /jobs/{id}/cancel`: requests cancellation, and returns the job's true status. A job that was never sent is
 * `canceled` at once. Otherwise the request is recorded before fal is asked (rule P18), and the first result wins. A
 * settled job is returned unchanged.
 */
export function cancelJob(service: Canceller): Route {
  return async (request) => {
    const current = await requestCancellation(service, await ownedJob(service, request));
    return {
      status: 200,
      headers: { ...(isOpen(current) && { "retry-after": String(POLL_AFTER_SECONDS) }) },
      body: publicJob(current, service.publicUrl),
    };
  };
}

/** The job after its cancellation was requested. Throws `table_unavailable` if the request could not be recorded. */
export async function requestCancellation(service: Pick<Canceller, "jobs" | "connectFal">, job: Job): Promise<Job> {
  const requested = isOpen(job) ? await remember(service, job) : job;
  return requested.fal_cancel === "due" && isOpen(requested) ? askFalToStop(service, requested) : requested;
}

async function remember(service: Pick<Canceller, "jobs" | "connectFal">, job: Job): Promise<Job> {
  try {
    return (await service.jobs.advance(job, "cancel", { type: "cancel_requested" })) ?? job;
  } catch (cause) {
    throw new Problem("table_unavailable", "The cancellation could not be recorded. Try again.", {
      headers: { "retry-after": String(POLL_AFTER_SECONDS) },
      cause,
    });
  }
}

/** If fal cannot be asked now, or its answer cannot be recorded, the job stays due and the sweep asks fal. */
async function askFalToStop(service: Pick<Canceller, "jobs" | "connectFal">, job: Job): Promise<Job> {
  try {
    const answer = await askFalToCancel(await service.connectFal(), job);
    if (answer === undefined) return job;
    return (await service.jobs.advance(job, "cancel", { type: "cancel_answered", answer })) ?? job;
  } catch (error) {
    logError("a cancellation could not be sent to fal", error, { job_id: job.id });
    return job;
  }
}
