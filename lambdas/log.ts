/** Structured logs through Lambda's own JSON format, and metrics in CloudWatch's embedded metric format: no library, no cold-start cost (decision 0004). */

export type LogFields = Readonly<Record<string, string | number | boolean | undefined>>;

/** What an operator can alarm on. */
export type Metric =
  /** fal refuses our key, our balance or our endpoint id: jobs wait for the operator. */
  | "OperatorTrouble"
  | "SubmissionUnconfirmed"
  | "DoubleRender"
  | "WebhookRefused"
  | "MinimalSettle"
  | "VideoNotKept"
  | "DeliveryGivenUp";

export function logInfo(message: string, fields: LogFields = {}): void {
  console.info({ message, ...fields });
}

export function logWarning(message: string, fields: LogFields = {}): void {
  console.warn({ message, ...fields });
}

/** The error's own name, message and stack, for us; never for the caller. */
export function logError(message: string, error: unknown, fields: LogFields = {}): void {
  const cause =
    error instanceof Error
      ? { error: error.name, reason: error.message, stack: error.stack }
      : { reason: String(error) };
  console.error({ message, ...cause, ...fields });
}

/** Counts one, with fields that stand beside the number in the log. Written past `console`, which would wrap it and hide it from CloudWatch. */
export function countMetric(metric: Metric, fields: LogFields = {}): void {
  const _aws = {
    Timestamp: Date.now(),
    CloudWatchMetrics: [{ Namespace: "FalJobs", Dimensions: [[]], Metrics: [{ Name: metric, Unit: "Count" }] }],
  };
  process.stdout.write(`${JSON.stringify({ ...fields, [metric]: 1, _aws })}\n`);
}
