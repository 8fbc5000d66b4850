import { Duration } from "aws-cdk-lib";
import type { Stage } from "aws-cdk-lib/aws-apigateway";
import {
  Alarm,
  AlarmRule,
  AlarmState,
  ComparisonOperator,
  CompositeAlarm,
  type IAlarm,
  type IMetric,
  MathExpression,
  Metric,
  TreatMissingData,
} from "aws-cdk-lib/aws-cloudwatch";
import { SnsAction } from "aws-cdk-lib/aws-cloudwatch-actions";
import { Topic } from "aws-cdk-lib/aws-sns";
import { EmailSubscription } from "aws-cdk-lib/aws-sns-subscriptions";
import { Construct } from "constructs";
import { type FunctionName, functionNames } from "./function-needs.ts";
import type { Functions } from "./job-functions.ts";
import type { Settings } from "./settings.ts";

/** What the alarms watch. Without the setting `alarmEmail`, they appear only in CloudWatch. */
export type AlarmsProps = {
  readonly stage: Stage;
  readonly functions: Functions;
  readonly settings: Settings;
};

/** An event that should not happen, and how often it may happen in one period before the alarm fires. */
type Trouble = {
  readonly name: string;
  readonly description: string;
  readonly metric: IMetric;
  readonly threshold: number;
  /** The periods in a row for which it must be reached; one, if it is not set. */
  readonly periods?: number;
};

const period = Duration.minutes(5);
const statistic = "Sum";
/** Longer than a first deployment needs until its first sweeps are counted. */
const sweepPatience = Duration.minutes(10);
/** Nobody but the operator or fal causes these, so the first one raises its alarm. */
const atOnce = 1;
/**
 * Callers can cause these, so that a few are not worth waking anybody:
 * docs/internals/decisions/0016-what-alarms-wait-for.md.
 */
const thresholds = { serverErrors: 20, callbacksGivenUp: 50, sweepThrottles: 5, webhookThrottles: 5, throttles: 50 };
/** The part of the account's executions that may be in use for minutes, so that the operator can still act. */
const usableConcurrency = 0.8;
const minutesOfUse = 5;

/** The alarms of the stack. Their names start with the stack's, so that an e-mail shows whose they are (rule A24). */
export class Alarms extends Construct {
  private readonly stackName: string;
  private readonly action: SnsAction | undefined;

  constructor(scope: Construct, id: string, { stage, functions, settings }: AlarmsProps) {
    super(scope, id);
    this.stackName = settings.stackName;
    this.action = settings.alarmEmail === undefined ? undefined : this.createAction(settings.alarmEmail);
    const sweep = functions("sweep");
    const throttled = this.raise({
      name: "SweepThrottled",
      description: "Sweeps found no free execution of Lambda. Raise the account's limit, or reserve sweepConcurrency.",
      metric: sweep.metricThrottles({ period, statistic }),
      threshold: thresholds.sweepThrottles,
    });
    this.watchSilence(sweep.metricInvocations({ period, statistic }), throttled);
    for (const trouble of [...busy(functions, settings), ...troubles(stage, functions, settings)]) this.raise(trouble);
  }

  private createAction(email: string): SnsAction {
    const topic = new Topic(this, "Topic", { displayName: `${this.stackName} alarms` });
    topic.addSubscription(new EmailSubscription(email));
    return new SnsAction(topic);
  }

  private raise({ name, description, metric, threshold, periods = 1 }: Trouble): IAlarm {
    const alarm = new Alarm(this, name, {
      alarmName: `${this.stackName}-${name}`,
      alarmDescription: description,
      metric,
      threshold,
      evaluationPeriods: periods,
      comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      treatMissingData: TreatMissingData.NOT_BREACHING,
    });
    if (this.action !== undefined) alarm.addAlarmAction(this.action);
    return alarm;
  }

  /**
   * A sweep that does not run counts nothing, and neither does one that has not run yet. So silence alone notifies
   * nobody: `SweepStopped` waits, and then reports silence that is still there. If the sweep is throttled, that alarm
   * has already reported it.
   */
  private watchSilence(sweeps: IMetric, throttled: IAlarm): void {
    const silent = new Alarm(this, "SweepSilent", {
      alarmName: `${this.stackName}-SweepSilent`,
      alarmDescription: "No sweep ran for five minutes. SweepStopped reports it if it lasts.",
      metric: sweeps,
      threshold: 1,
      evaluationPeriods: 1,
      comparisonOperator: ComparisonOperator.LESS_THAN_THRESHOLD,
      treatMissingData: TreatMissingData.BREACHING,
    });
    const stopped = new CompositeAlarm(this, "SweepStopped", {
      compositeAlarmName: `${this.stackName}-SweepStopped`,
      alarmDescription:
        "No sweep ran for 15 minutes, so jobs whose webhook is lost do not settle. Check the schedule in EventBridge Scheduler.",
      alarmRule: AlarmRule.fromAlarm(silent, AlarmState.ALARM),
      actionsSuppressor: throttled,
      actionsSuppressorWaitPeriod: sweepPatience,
    });
    if (this.action !== undefined) stopped.addAlarmAction(this.action);
  }
}

/** Lambda has no free execution, or soon has none (rule A22). */
function busy(functions: Functions, { accountConcurrency }: Settings): readonly Trouble[] {
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

function troubles(stage: Stage, functions: Functions, { stackName }: Settings): readonly Trouble[] {
  const counted = (metricName: string, description: string, threshold = atOnce, each = period): Trouble => {
    const dimensionsMap = { Stack: stackName };
    const metric = new Metric({ namespace: "FalJobs", metricName, dimensionsMap, period: each, statistic });
    return { name: metricName, description, metric, threshold };
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
  ];
}

function capitalized(name: string): string {
  return `${name.charAt(0).toUpperCase()}${name.slice(1)}`;
}
