/**
 * The service's metrics, in CloudWatch's embedded metric format. No library: it would slow cold starts (decision 0004).
 */

/** A metric's unit in CloudWatch, and what it counts or measures. */
export interface MetricDescription {
  readonly unit: "Count" | "Milliseconds" | "Seconds" | "None";
  readonly description: string;
}

/** Every metric. docs/reference/metrics.md is made from this table. */
export const METRICS = {
  JobSucceeded: { unit: "Count", description: "jobs that succeeded" },
  JobFailed: { unit: "Count", description: "jobs that failed" },
  JobCanceled: { unit: "Count", description: "jobs that were canceled" },
  JobExpired: { unit: "Count", description: "jobs that expired" },
  TimeToTerminal: { unit: "Milliseconds", description: "time from the creation of a job to its end" },
  TimeAtFal: {
    unit: "Milliseconds",
    description: "the part of it from the submission to fal until the end, for jobs that fal had accepted",
  },
  TimeOurs: { unit: "Milliseconds", description: "the part of it before fal accepted the job" },
  CostUsd: {
    unit: "None",
    description: "US dollars of jobs that succeeded: the actual cost if it is known, or the estimate",
  },
  WebhookLag: {
    unit: "Milliseconds",
    description: "time from the signature of a webhook of fal's until it was received",
  },
  SweepRecovered: {
    unit: "Count",
    description: "jobs that fal had accepted and that the sweep settled, because no webhook did",
  },
  OpenJobs: { unit: "Count", description: "jobs that are not settled, counted by each sweep" },
  OldestDue: {
    unit: "Seconds",
    description: "for how long the oldest job is due, measured by each sweep; 0 while the service as a whole waits",
  },
  JobOverdue: { unit: "Count", description: "jobs that began to run much longer than is typical for their endpoint" },
  FalKeyRefused: { unit: "Count", description: "answers of fal that refuse FAL_KEY, and calls without a key" },
  FalAccountLocked: { unit: "Count", description: "answers of fal that say that the account is locked" },
  FalBalanceExhausted: { unit: "Count", description: "answers of fal that say that the account has no credit left" },
  EndpointUnknown: { unit: "Count", description: "submissions that fal refuses because it does not know the endpoint" },
  SubmissionUnconfirmed: { unit: "Count", description: "submissions whose outcome is unknown" },
  DoubleRender: { unit: "Count", description: "jobs for which fal reported a second request" },
  WebhookRefused: { unit: "Count", description: "refused webhooks; the log has the reason of each" },
  MinimalSettle: {
    unit: "Count",
    description: "outcomes whose content DynamoDB refused, so that only the status was stored",
  },
  VideoNotKept: { unit: "Count", description: "videos whose copy was given up" },
  VideoCrashesReader: { unit: "Count", description: "videos that ended the function that read them again and again" },
  CallbackDelivered: { unit: "Count", description: "callbacks that a receiver accepted" },
  CallbackGivenUp: {
    unit: "Count",
    description: "callbacks that no receiver accepted in any attempt, which is the caller's trouble",
  },
  EventGivenUp: {
    unit: "Count",
    description: "events that could not be published in any attempt, which is the operator's trouble",
  },
  PaidNotDelivered: {
    unit: "Count",
    description:
      "tries to copy a video that failed more than an hour after its job, copies that were given up, and callbacks and events of succeeded jobs that were given up",
  },
} as const satisfies Record<string, MetricDescription>;

export type Metric = keyof typeof METRICS;

type Fields = Readonly<Record<string, string | number | boolean | undefined>>;

/** The stack whose metrics this instance counts (rule A24). */
const dimensions: Record<string, string> = {};

/** Counts from now on under this stack's name, so that two stacks of one account are told apart (rule A24). */
export function countFor(stackName: string): void {
  dimensions.Stack = stackName;
}

/** Adds one to a metric; `fields` appear in the log entry. */
export function countMetric(metric: Metric, fields: Fields = {}): void {
  recordMetrics({ [metric]: 1 }, fields);
}

/**
 * Records values of several metrics in one log entry, in which `fields` appear, too. Written directly to standard
 * output, because `console` would wrap it and hide it from CloudWatch.
 */
export function recordMetrics(values: { readonly [name in Metric]?: number | undefined }, fields: Fields = {}): void {
  const Metrics = (Object.keys(values) as Metric[])
    .filter((name) => values[name] !== undefined)
    .map((name) => ({ Name: name, Unit: METRICS[name].unit }));
  const CloudWatchMetrics = [{ Namespace: "FalJobs", Dimensions: [Object.keys(dimensions)], Metrics }];
  const entry = { ...fields, ...dimensions, ...values, _aws: { Timestamp: Date.now(), CloudWatchMetrics } };
  process.stdout.write(`${JSON.stringify(entry)}\n`);
}
