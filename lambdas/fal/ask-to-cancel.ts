import type { Job } from "../job/job.ts";
import { isSuccess } from "./call-once.ts";
import type { FalConnection } from "./prepare.ts";

/**
 * Asks fal to cancel a job's request. `too_late`: fal has finished it or does not know it, so there is nothing to stop.
 * Undefined: fal did not answer, and must be asked again (rule P14). A running request may still finish and be billed.
 */
export async function askFalToCancel(
  { fal, access }: FalConnection,
  job: Job,
): Promise<"acknowledged" | "too_late" | undefined> {
  if (access === undefined || job.request_id === undefined) return undefined;
  const call = await fal.cancelAtFal(access, { endpoint: job.endpoint, requestId: job.request_id });
  if (call.kind !== "answered") return undefined;
  if (isSuccess(call.status)) return "acknowledged";
  return call.status === 400 || call.status === 404 ? "too_late" : undefined;
}
