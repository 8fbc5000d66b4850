import { Duration } from "aws-cdk-lib";
import type { Stage } from "aws-cdk-lib/aws-apigateway";
import { type IMetric, MathExpression, Metric } from "aws-cdk-lib/aws-cloudwatch";
import type { IFunction } from "aws-cdk-lib/aws-lambda";
import { type FunctionName, functionNames } from "./function-needs.ts";
import type { Functions } from "./job-functions.ts";
import type { Settings } from "./settings.ts";

/** An event that should not happen, and how often it may happen in one period before the alarm fires. */
export type Trouble = {
  readonly name: string;
  readonly description: string;
  readonly metric: IMetric;
  readonly threshold: number;
  /** The periods in a row for which it must be reached; one, if it is not set. */
  readonly periods?: number;
};

export const period = Duration.minutes(5);
export const statistic = "Sum";
/** Nobody but the operator or fal causes these, so the first one raises its alarm. */
const atOnce = 1;
/**
 * Callers can cause these, so that a few are not worth waking anybody:
 * docs/internals/decisions/0016-what-alarms-wait-for.md.
 */
const thresholds = {
  serverErrors: 20,
  callbacksGivenUp: 50,
  sweepThrottles: 5,
  webhookThrottles: 5,
  throttles: 50,
  unconfirmed: 5,
  overdue: 10,
};
/** Failures are a trouble of the service if half of what ended failed, and enough ended to tell. */
const failed = { percent: 50, ofAtLeast: 20 };
/** A rise shows over more than one period. */
const longPeriod = Duration.minutes(15);
/** The sweep looks every minute, so nothing is due for that long unless the sweep fails at it. */
const oldestDueSeconds = 600;
const periodsOfDue = 3;
/** The part of the account's executions that may be in use for minutes, so that the operator can still act. */
const usableConcurrency = 0.8;
const minutesOfUse = 5;

/** Sweeps found no free execution. */
export function sweepThrottled(sweep: IFunction): Trouble {
  return {
    name: "SweepThrottled",
    description: "Sweeps found no free execution of Lambda. Raise the account's limit, or reserve sweepConcurrency.",
    metric: sweep.metricThrottles({ period, statistic }),
    threshold: thresholds.sweepThrottles,
  };
}

/** Lambda has no free execution, or soon has none (rule A22). */
export function busy(functions: Functions, { accountConcurrency }: Settings): readonly Trouble[] {
  const throttles = (name: FunctionName) => functions(name).metricThrottles({ period, statistic });
  const others = functionNames.filter((name) => name !== "sweep" && name !== "webhook");
  const usingMetrics = Object.fromEntries(others.map((name, index) => [`m${index}`, throttles(name)]));
  const inUse = { metricName: "ClaimedAccountConcurrency", statistic: "Maximum", period: Duration.minutes(1) };
  return [
    {
      name: "WebhookThrottled",
      description:
        "fal's webhooks found no free execution of Lambda; the sweep settles their jobs. Raise the account's limit, or reserve reservedConcurrency.",
      metric: throttles("webhook"),
      threshold: thresholds.webhookThrottles,
    },
    {
      name: "FunctionsThrottled",
      description: `Requests and other work found no free execution of Lambda ${thresholds.throttles} times or more. Raise the account's limit, or the settings of functions that have one.`,
      metric: new MathExpression({ expression: `SUM([${Object.keys(usingMetrics).join(",")}])`, usingMetrics, period }),
      threshold: thresholds.throttles,
    },
    {
      name: "AccountConcurrency",
      description: `For ${minutesOfUse} minutes, ${usableConcurrency * 100}% of the account's concurrent executions were in use or reserved. Raise the account's limit at Service Quotas, then accountConcurrency.`,
      metric: new Metric({ namespace: "AWS/Lambda", ...inUse }),
      threshold: Math.floor(accountConcurrency * usableConcurrency),
      periods: minutesOfUse,
    },
  ];
}

/** Each of them runs in the background or for fal, so that a crash is seen by nobody else; submit spends money. */
const watchedForErrors = ["submit", "webhook", "sweep", "archive", "deliver"] as const satisfies FunctionName[];

export function troubles(stage: Stage, functions: Functions, { stackName }: Settings): readonly Trouble[] {
  const counted = (metricName: string, description: string, threshold = atOnce, each = period): Trouble => {
    return { name: metricName, description, metric: ownMetric(stackName, metricName, each), threshold };
  };
  // Everything waits for the operator: the alarm fires within two minutes (rule P33).
  const soon = (metricName: string, description: string) =>
    counted(metricName, description, atOnce, Duration.minutes(1));
  return [
    ...watchedForErrors.map((name) => ({
      name: `${capitalized(name)}Errors`,
      description: `The ${name} function crashed or timed out. Check its log.`,
      metric: functions(name).metricErrors({ period, statistic }),
      threshold: atOnce,
    })),
    {
      name: "ServerErrors",
      description: `The API returned a 5xx status ${thresholds.serverErrors} times or more. Check the functions' logs.`,
      metric: stage.metricServerError({ period, statistic }),
      threshold: thresholds.serverErrors,
    },
    soon("FalKeyRefused", "fal refuses FAL_KEY, or it is not set. Jobs wait. Store a key that fal accepts."),
    soon(
      "FalAccountLocked",
      "fal locked the account. Jobs wait. Add credit in fal's dashboard; ask fal's support if it stays locked.",
    ),
    soon("FalBalanceExhausted", "The account at fal has no credit left. Jobs wait. Add credit in fal's dashboard."),
    soon("EndpointUnknown", "fal does not know an endpoint. Its jobs wait. Check the setting endpointIds."),
    counted(
      "DoubleRender",
      "fal delivered a second request for one job, so fal may have billed it twice. Check the job and fal's request history.",
    ),
    counted(
      "VideoNotKept",
      "A paid video could not be archived and was given up. fal may have the only copy: save it from fal.",
    ),
    counted(
      "VideoCrashesReader",
      "A video ended the function that read it again and again. The job goes on without its facts, or without a copy. Check the video at fal.",
    ),
    counted(
      "EventGivenUp",
      "All attempts to publish a job's event failed, so subscribers of the event bus were never notified. Redeliver the job.",
    ),
    counted(
      "CallbackGivenUp",
      `All attempts failed for ${thresholds.callbacksGivenUp} callbacks or more. Check whether callbacks leave this service, then redeliver the jobs.`,
      thresholds.callbacksGivenUp,
    ),
    counted(
      "PaidNotDelivered",
      "A video that was paid for was neither kept nor delivered an hour after its job settled. Save it from fal, and redeliver the job.",
    ),
    counted(
      "SubmissionUnconfirmed",
      `The outcome of ${thresholds.unconfirmed} submissions or more stayed unknown, so their jobs failed. fal may have run and billed them. Check fal's status page.`,
      thresholds.unconfirmed,
      longPeriod,
    ),
    counted(
      "JobOverdue",
      `${thresholds.overdue} jobs or more run much longer than is typical for their endpoints. Check fal's status page.`,
      thresholds.overdue,
      longPeriod,
    ),
    {
      name: "FailureRate",
      description: `${failed.percent}% or more of the jobs that ended have failed. Check their error codes.`,
      metric: failureRate(stackName),
      threshold: failed.percent,
    },
    {
      name: "OldestDue",
      description: "A job has been due for many minutes, although sweeps run. Check the sweep's log.",
      metric: ownMetric(stackName, "OldestDue", period, "Maximum"),
      threshold: oldestDueSeconds,
      periods: periodsOfDue,
    },
  ];
}

/** A metric of the namespace FalJobs, of this stack alone (rule A24). */
export function ownMetric(stackName: string, metricName: string, each = period, aggregated = statistic): Metric {
  const dimensionsMap = { Stack: stackName };
  return new Metric({ namespace: "FalJobs", metricName, dimensionsMap, period: each, statistic: aggregated });
}

/** The percentage of ended jobs that failed or expired; 0 if too few ended. Cancelled jobs do not count. */
function failureRate(stackName: string): IMetric {
  const outcomes = { succeeded: "JobSucceeded", failed: "JobFailed", expired: "JobExpired" };
  const usingMetrics = Object.fromEntries(
    Object.entries(outcomes).map(([id, name]) => [id, ownMetric(stackName, name, longPeriod)]),
  );
  const lost = "FILL(failed, 0) + FILL(expired, 0)";
  const all = `(FILL(succeeded, 0) + ${lost})`;
  return new MathExpression({
    expression: `IF(${all} >= ${failed.ofAtLeast}, 100 * (${lost}) / ${all}, 0)`,
    usingMetrics,
    period: longPeriod,
  });
}

function capitalized(name: string): string {
  return `${name.charAt(0).toUpperCase()}${name.slice(1)}`;
}
