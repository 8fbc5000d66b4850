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
  TreatMissingData,
} from "aws-cdk-lib/aws-cloudwatch";
import { SnsAction } from "aws-cdk-lib/aws-cloudwatch-actions";
import { Topic } from "aws-cdk-lib/aws-sns";
import { EmailSubscription } from "aws-cdk-lib/aws-sns-subscriptions";
import { Construct } from "constructs";
import type { Functions } from "./job-functions.ts";
import type { Settings } from "./settings.ts";
import { busy, period, statistic, sweepThrottled, type Trouble, troubles } from "./troubles.ts";

/** What the alarms watch. Without the setting `alarmEmail`, they appear only in CloudWatch. */
export type AlarmsProps = {
  readonly stage: Stage;
  readonly functions: Functions;
  readonly settings: Settings;
};

/** Longer than a first deployment needs until its first sweeps are counted. */
const sweepPatience = Duration.minutes(10);
const runbook = "docs/guide/runbook.md";

/**
 * The alarms of the stack. Their names start with the stack's, so that an e-mail shows whose they are (rule A24), and
 * their descriptions end with their section of the runbook.
 */
export class Alarms extends Construct {
  /** Every alarm, for the dashboard. */
  readonly all: readonly IAlarm[];
  private readonly stackName: string;
  private readonly action: SnsAction | undefined;

  constructor(scope: Construct, id: string, { stage, functions, settings }: AlarmsProps) {
    super(scope, id);
    this.stackName = settings.stackName;
    this.action = settings.alarmEmail === undefined ? undefined : this.createAction(settings.alarmEmail);
    const sweep = functions("sweep");
    const throttled = this.raise(sweepThrottled(sweep));
    this.all = [
      throttled,
      ...this.watchSilence(sweep.metricInvocations({ period, statistic }), throttled),
      ...[...busy(functions, settings), ...troubles(stage, functions, settings)].map((trouble) => this.raise(trouble)),
    ];
  }

  private createAction(email: string): SnsAction {
    const topic = new Topic(this, "Topic", { displayName: `${this.stackName} alarms` });
    topic.addSubscription(new EmailSubscription(email));
    return new SnsAction(topic);
  }

  private raise({ name, description, metric, threshold, periods = 1 }: Trouble): IAlarm {
    const alarm = new Alarm(this, name, {
      alarmName: `${this.stackName}-${name}`,
      alarmDescription: withRunbook(name, description),
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
  private watchSilence(sweeps: IMetric, throttled: IAlarm): readonly IAlarm[] {
    const silent = new Alarm(this, "SweepSilent", {
      alarmName: `${this.stackName}-SweepSilent`,
      alarmDescription: withRunbook(
        "SweepSilent",
        "No sweep ran for five minutes. SweepStopped reports it if it lasts.",
      ),
      metric: sweeps,
      threshold: 1,
      evaluationPeriods: 1,
      comparisonOperator: ComparisonOperator.LESS_THAN_THRESHOLD,
      treatMissingData: TreatMissingData.BREACHING,
    });
    const stopped = new CompositeAlarm(this, "SweepStopped", {
      compositeAlarmName: `${this.stackName}-SweepStopped`,
      alarmDescription: withRunbook(
        "SweepStopped",
        "No sweep ran for 15 minutes, so jobs whose webhook is lost do not settle. Check the schedule in EventBridge Scheduler.",
      ),
      alarmRule: AlarmRule.fromAlarm(silent, AlarmState.ALARM),
      actionsSuppressor: throttled,
      actionsSuppressorWaitPeriod: sweepPatience,
    });
    if (this.action !== undefined) stopped.addAlarmAction(this.action);
    return [silent, stopped];
  }
}

function withRunbook(name: string, description: string): string {
  return `${description} Runbook: ${runbook}#${name.toLowerCase()}`;
}
