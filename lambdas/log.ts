/**
 * Structured logs in Lambda's JSON format, and metrics in CloudWatch's embedded metric format. No library: it would
 * slow cold starts (decision 0004).
 */

export type LogFields = Readonly<Record<string, string | number | boolean | undefined>>;

/** The metrics; alarms can watch them. */
export type Metric =
  /** Jobs wait until the operator fixes one of these four. */
  | "FalKeyRefused"
  | "FalAccountLocked"
  | "FalBalanceExhausted"
  | "EndpointUnknown"
  | "SubmissionUnconfirmed"
  | "DoubleRender"
  | "WebhookRefused"
  | "MinimalSettle"
  | "VideoNotKept"
  /** A job's event never reached the event bus, which is the operator's. */
  | "EventGivenUp"
  /** A callback never reached its receiver, which is the caller's. */
  | "CallbackGivenUp"
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

/** The stack whose metrics this instance counts (rule A24). */
const dimensions: Record<string, string> = {};

/** Counts from now on under this stack's name, so that two stacks of one account are told apart (rule A24). */
export function countFor(stackName: string): void {
  dimensions.Stack = stackName;
}

/**
 * Adds one to a metric; `fields` appear in the log entry. Written directly to standard output, because `console` would
 * wrap it and hide it from CloudWatch.
 */
export function countMetric(metric: Metric, fields: LogFields = {}): void {
  const _aws = {
    Timestamp: Date.now(),
    CloudWatchMetrics: [
      { Namespace: "FalJobs", Dimensions: [Object.keys(dimensions)], Metrics: [{ Name: metric, Unit: "Count" }] },
    ],
  };
  process.stdout.write(`${JSON.stringify({ ...fields, ...dimensions, [metric]: 1, _aws })}\n`);
}
