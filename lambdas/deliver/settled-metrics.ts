import type { Job, TerminalStatus } from "../job/job.ts";
import { type Metric, recordMetrics } from "../metrics.ts";

const OUTCOMES = {
  succeeded: "JobSucceeded",
  failed: "JobFailed",
  canceled: "JobCanceled",
  expired: "JobExpired",
} as const satisfies Record<TerminalStatus, Metric>;

/** Counts a settled job, and its times, once: when its final event is first delivered. */
export function countSettled(job: Job): void {
  const { status, created_at, submitted_at, settled_at = "", settled_by, endpoint, error, cost } = job;
  const trace_id = job.traceparent?.split("-")[1];
  if (!(status in OUTCOMES)) return;
  const [created, settled] = [Date.parse(created_at), Date.parse(settled_at)];
  const submitted = submitted_at === undefined ? undefined : Date.parse(submitted_at);
  const isRecovered = settled_by === "sweep" && submitted !== undefined && status === "succeeded";
  recordMetrics(
    {
      [OUTCOMES[status as TerminalStatus]]: 1,
      TimeToTerminal: settled - created,
      TimeOurs: submitted === undefined ? undefined : Math.max(0, submitted - created),
      TimeAtFal: submitted === undefined ? undefined : Math.max(0, settled - submitted),
      CostUsd: status === "succeeded" ? (cost?.actual_usd ?? cost?.estimated_usd) : undefined,
      SweepRecovered: isRecovered ? 1 : undefined,
    },
    { job_id: job.id, owner: job.owner, endpoint, settled_by, code: error?.code, trace_id },
  );
}
