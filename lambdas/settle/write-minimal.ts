import { isContentRefused } from "../aws/dynamo.ts";
import type { Outcome } from "../fal/outcome.ts";
import { logError } from "../log.ts";
import { countMetric } from "../metrics.ts";

/**
 * Writes an outcome. If DynamoDB rejects its content, writes the minimal outcome instead, which still says how the job
 * ended (rule P4).
 */
export async function writeOrMinimal<T, O extends Outcome>(
  outcome: O,
  jobId: string,
  write: (outcome: O) => Promise<T>,
): Promise<T> {
  try {
    return await write(outcome);
  } catch (error) {
    if (!isContentRefused(error)) throw error;
    logError("DynamoDB refused the content of an outcome; only its status is written", error, { job_id: jobId });
    countMetric("MinimalSettle", { job_id: jobId });
    return write(minimal(outcome));
  }
}

function minimal<O extends Outcome>(outcome: O): O {
  if (outcome.status === "succeeded") {
    return { ...outcome, billableUnits: undefined, result: { video: { url: outcome.result.video.url } } };
  }
  const { code, message, retryable } = outcome.error;
  return { ...outcome, error: { code, message, retryable } };
}
