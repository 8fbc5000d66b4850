/**
 * Structured logs in Lambda's JSON format, and metrics in CloudWatch's embedded metric format. No library: it would
 * slow cold starts (decision 0004).
 */

export type LogFields = Readonly<Record<string, string | number | boolean | undefined>>;

/** The metrics; alarms can watch them. */
export type Metric =
  /** fal refuses our key, account or endpoint id: jobs wait until the operator fixes it. */
  | "OperatorTrouble"
  | "SubmissionUnconfirmed"
  | "DoubleRender"
  | "WebhookRefused"
  | "MinimalSettle"
  | "VideoNotKept"
  | "DeliveryGivenUp"
  /** Reading a video ended its function again and again. */
  | "VideoCrashesReader";

export function logInfo(message: string, fields: LogFields = {}): void {
  console.info({ message, ...fields });
}

export function logWarning(message: string, fields: LogFields = {}): void {
  console.warn({ message, ...fields });
}

/** An error's name, message and stack: for the log, never for the caller. */
export function logError(message: string, error: unknown, fields: LogFields = {}): void {
  const cause =
    error instanceof Error
      ? { error: error.name, reason: error.message, stack: error.stack }
      : { reason: String(error) };
  console.error({ message, ...cause, ...fields });
}

/**
 * Adds one to a metric; `fields` appear in the log entry. Written directly to standard output, because `console` would
 * wrap it and hide it from CloudWatch.
 */
export function countMetric(metric: Metric, fields: LogFields = {}): void {
  const _aws = {
    Timestamp: Date.now(),
    CloudWatchMetrics: [{ Namespace: "FalJobs", Dimensions: [[]], Metrics: [{ Name: metric, Unit: "Count" }] }],
  };
  process.stdout.write(`${JSON.stringify({ ...fields, [metric]: 1, _aws })}\n`);
}
