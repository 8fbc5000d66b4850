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

/** What is watched, and who is told: nobody but CloudWatch where `email` is absent. */
export type AlarmsProps = {
  readonly stage: Stage;
  readonly submit: IFunction;
  readonly webhook: IFunction;
  readonly sweep: IFunction;
  readonly email?: string | undefined;
};

const period = Duration.minutes(5);

/** The alarms of the stack. All but one fire at the first event within five minutes, because none of them should ever happen. */
export class Alarms extends Construct {
  constructor(scope: Construct, id: string, props: AlarmsProps) {
    super(scope, id);
    const statistic = "Sum";
    const topic = props.email === undefined ? undefined : this.createTopic(props.email);
    const raise = (name: string, props: AlarmProps) => {
      const alarm = new Alarm(this, name, props);
      if (topic !== undefined) alarm.addAlarmAction(new SnsAction(topic));
    };
    const watch = (name: string, alarmDescription: string, metric: IMetric) =>
      raise(name, {
        alarmDescription,
        metric,
        threshold: 1,
        evaluationPeriods: 1,
        comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
        treatMissingData: TreatMissingData.NOT_BREACHING,
      });
    raise("SweepSilent", {
      alarmDescription: "No sweep ran for ten minutes: jobs whose webhook is lost would wait for ever",
      metric: props.sweep.metricInvocations({ period, statistic }),
      threshold: 1,
      evaluationPeriods: 2,
      comparisonOperator: ComparisonOperator.LESS_THAN_THRESHOLD,
      treatMissingData: TreatMissingData.BREACHING,
    });
    watch("SubmitErrors", "The submit function crashed or timed out", props.submit.metricErrors({ period, statistic }));
    watch(
      "WebhookErrors",
      "The webhook function crashed or timed out",
      props.webhook.metricErrors({ period, statistic }),
    );
    watch("SweepErrors", "The sweep crashed or timed out", props.sweep.metricErrors({ period, statistic }));
    watch("ServerErrors", "The API answered 5xx", props.stage.metricServerError({ period, statistic }));
    watch(
      "OperatorTrouble",
      "fal refuses our requests: look at FAL_KEY, the account's balance and the endpoint id",
      new Metric({ namespace: "FalJobs", metricName: "OperatorTrouble", period, statistic }),
    );
    watch(
      "DoubleRender",
      "fal delivered a second request for one job: the job may have been paid for twice",
      new Metric({ namespace: "FalJobs", metricName: "DoubleRender", period, statistic }),
    );
  }

  private createTopic(email: string): Topic {
    const topic = new Topic(this, "Topic", { displayName: "fal-jobs alarms" });
    topic.addSubscription(new EmailSubscription(email));
    return topic;
  }
}
