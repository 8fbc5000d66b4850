import { Duration } from "aws-cdk-lib";
import type { Stage } from "aws-cdk-lib/aws-apigateway";
import {
  Alarm,
  type AlarmProps,
  ComparisonOperator,
  type IMetric,
  Metric,
  TreatMissingData,
} from "aws-cdk-lib/aws-cloudwatch";
import { SnsAction } from "aws-cdk-lib/aws-cloudwatch-actions";
import type { IFunction } from "aws-cdk-lib/aws-lambda";
import { Topic } from "aws-cdk-lib/aws-sns";
import { EmailSubscription } from "aws-cdk-lib/aws-sns-subscriptions";
import { Construct } from "constructs";

/**
 * The resources to watch, and the address that receives the alarms. Without `email` the alarms appear only in
 * CloudWatch.
 */
export type AlarmsProps = {
  readonly stage: Stage;
  readonly submit: IFunction;
  readonly webhook: IFunction;
  readonly sweep: IFunction;
  readonly archive: IFunction;
  readonly deliver: IFunction;
  readonly email?: string | undefined;
};

const period = Duration.minutes(5);
const statistic = "Sum";

/**
 * The alarms of the stack. All but one fire at the first event within five minutes, because none of these events should
 * ever happen.
 */
export class Alarms extends Construct {
  constructor(scope: Construct, id: string, { stage, email, ...functions }: AlarmsProps) {
    super(scope, id);
    const topic = email === undefined ? undefined : this.createTopic(email);
    const raise = (name: string, props: AlarmProps) => {
      const alarm = new Alarm(this, name, props);
      if (topic !== undefined) alarm.addAlarmAction(new SnsAction(topic));
    };
    raise("SweepSilent", {
      alarmDescription:
        "No sweep ran for ten minutes, so jobs whose webhook is lost do not settle. Check the schedule in EventBridge Scheduler.",
      metric: functions.sweep.metricInvocations({ period, statistic }),
      threshold: 1,
      evaluationPeriods: 2,
      comparisonOperator: ComparisonOperator.LESS_THAN_THRESHOLD,
      treatMissingData: TreatMissingData.BREACHING,
    });
    for (const [name, alarmDescription, metric] of troubles(stage, functions)) {
      raise(name, {
        alarmDescription,
        metric,
        threshold: 1,
        evaluationPeriods: 1,
        comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
        treatMissingData: TreatMissingData.NOT_BREACHING,
      });
    }
  }

  private createTopic(email: string): Topic {
    const topic = new Topic(this, "Topic", { displayName: "fal-jobs alarms" });
    topic.addSubscription(new EmailSubscription(email));
    return topic;
  }
}

type Trouble = readonly [name: string, description: string, metric: IMetric];

function troubles(
  stage: Stage,
  { submit, webhook, sweep, archive, deliver }: Omit<AlarmsProps, "stage" | "email">,
): readonly Trouble[] {
  const errors = (of: IFunction) => of.metricErrors({ period, statistic });
  return [
    ["SubmitErrors", "The submit function crashed or timed out. Check its log.", errors(submit)],
    ["WebhookErrors", "The webhook function crashed or timed out. Check its log.", errors(webhook)],
    ["SweepErrors", "The sweep function crashed or timed out. Check its log.", errors(sweep)],
    ["ArchiveErrors", "The archive function crashed or timed out. Check its log.", errors(archive)],
    ["DeliverErrors", "The deliver function crashed or timed out. Check its log.", errors(deliver)],
    [
      "ServerErrors",
      "The API returned a 5xx status. Check the functions' logs.",
      stage.metricServerError({ period, statistic }),
    ],
    counted(
      "OperatorTrouble",
      "fal refuses requests from this service. Check FAL_KEY, the account's balance and the endpoint ids.",
    ),
    counted(
      "DoubleRender",
      "fal delivered a second request for one job, so fal may have billed it twice. Check the job and fal's request history.",
    ),
    counted(
      "VideoNotKept",
      "A paid video could not be archived and was given up. fal may have the only copy: save it from fal.",
    ),
    counted(
      "DeliveryGivenUp",
      "All attempts to deliver a callback or an event failed, so a caller or subscriber was never notified. Redeliver the job.",
    ),
  ];
}

/** A metric that the functions emit, with the same name as its alarm. */
function counted(metricName: string, description: string): Trouble {
  return [metricName, description, new Metric({ namespace: "FalJobs", metricName, period, statistic })];
}
