import { VIDEO_UNRECORDED_MAX } from "../limits.ts";
import { logWarning } from "../log.ts";
import { countMetric } from "../metrics.ts";

/** What is still tried with a video whose earlier attempts ended their function (rule P27). */
export type Attempt = "with facts" | "without facts" | "none";

/** `unrecorded`: the attempts in a row that recorded nothing, with the one that begins now. */
export function nextAttempt(jobId: string, unrecorded = 1): Attempt {
  if (unrecorded <= VIDEO_UNRECORDED_MAX) return "with facts";
  const attempt = unrecorded <= 2 * VIDEO_UNRECORDED_MAX ? "without facts" : "none";
  logWarning("reading a video ended its function again and again", { job_id: jobId, attempt });
  countMetric("VideoCrashesReader", { job_id: jobId });
  return attempt;
}
