import { isOpen, type Job } from "../job/job.ts";
import { awaitsLateResult } from "../job/late-result.ts";
import { CHECKS_PER_WORKER } from "../limits.ts";
import { type HandedOverWorker, handedOverWorker } from "../table/handed-over.ts";
import { checkRequest } from "./check-request.ts";
import type { Checker } from "./sweeper.ts";

interface Worker extends Checker, HandedOverWorker {
  readonly table: Checker["table"] & HandedOverWorker["table"];
}

/** Checks jobs that the sweep handed over. After fal's 429 the rest wait for the next sweep. */
export function checkHandedOver(service: Worker) {
  const work = () => {
    const context = { slowDown: false };
    return async (job: Job) => {
      const now = service.now();
      const isToBeChecked = (isOpen(job) && job.status !== "submitting") || awaitsLateResult(job, now);
      if (isToBeChecked && (job.check_due ?? Infinity) <= now && !context.slowDown)
        await checkRequest(service, context, job, "any");
      return true;
    };
  };
  return handedOverWorker(service, { kind: "checks", atOnce: CHECKS_PER_WORKER, work });
}
