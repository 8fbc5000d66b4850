import { Match } from "aws-cdk-lib/assertions";
import { describe, expect, test } from "vitest";
import { templateOf } from "./templates.ts";

const template = await templateOf("default");
const alarms = Object.values(template.findResources("AWS::CloudWatch::Alarm")).map(({ Properties }) => Properties);

describe("the alarms", () => {
  test("the alarms are eleven: one for missing activity, the others for events that should never happen", () => {
    expect(alarms).toHaveLength(11);
    const [silence, ...others] = alarms;
    expect(silence).toMatchObject({
      MetricName: "Invocations",
      Dimensions: [{ Name: "FunctionName", Value: { Ref: "SweepFunction" } }],
      ComparisonOperator: "LessThanThreshold",
      EvaluationPeriods: 2,
      Period: 300,
      TreatMissingData: "breaching",
    });
    for (const alarm of others) {
      expect(alarm).toMatchObject({
        ComparisonOperator: "GreaterThanOrEqualToThreshold",
        Threshold: 1,
        EvaluationPeriods: 1,
        Period: 300,
        TreatMissingData: "notBreaching",
      });
    }
  });

  test.each(["Submit", "Webhook", "Sweep", "Archive", "Deliver"])("the alarms fire when %s crashes", (name) => {
    template.hasResourceProperties("AWS::CloudWatch::Alarm", {
      Namespace: "AWS/Lambda",
      MetricName: "Errors",
      Dimensions: [{ Name: "FunctionName", Value: { Ref: `${name}Function` } }],
    });
  });

  test("the alarms fire when the API answers 5xx", () => {
    template.hasResourceProperties("AWS::CloudWatch::Alarm", { Namespace: "AWS/ApiGateway", MetricName: "5XXError" });
  });

  test.each(["OperatorTrouble", "DoubleRender", "VideoNotKept", "DeliveryGivenUp"])(
    "the alarms fire when the functions count %s",
    (MetricName) => {
      template.hasResourceProperties("AWS::CloudWatch::Alarm", {
        Namespace: "FalJobs",
        MetricName,
        Dimensions: Match.absent(),
      });
    },
  );

  test("the alarms are sent by e-mail only when an address is configured", async () => {
    template.resourceCountIs("AWS::SNS::Topic", 0);
    const mailing = await templateOf("alarmEmail");
    mailing.hasResourceProperties("AWS::SNS::Subscription", { Protocol: "email", Endpoint: "ops@example.com" });
    mailing.allResourcesProperties("AWS::CloudWatch::Alarm", {
      AlarmActions: [{ Ref: Match.stringLikeRegexp("Topic") }],
    });
  });
});
