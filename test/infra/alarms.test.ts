import { Match } from "aws-cdk-lib/assertions";
import { describe, expect, test } from "vitest";
import { type FunctionName, functionNames } from "../../infra/function-needs.ts";
import { templateOf } from "./templates.ts";

const template = await templateOf("default");
const mailing = await templateOf("alarmEmail");

/** The properties of an alarm, by the last part of its name. */
function alarmOf(name: string, of = template, type = "AWS::CloudWatch::Alarm") {
  const found = Object.values(of.findResources(type)).find(({ Properties }) =>
    String(Properties.AlarmName).endsWith(`-${name}`),
  );
  return found?.Properties;
}

describe("the alarms", () => {
  test("A24: the alarms have names that start with the stack's, and watch the metrics of this stack alone", async () => {
    const other = await templateOf("otherName");
    for (const [of, stack] of [
      [template, "FalJobs"],
      [other, "Other"],
    ] as const) {
      for (const type of ["AWS::CloudWatch::Alarm", "AWS::CloudWatch::CompositeAlarm"])
        of.allResourcesProperties(type, { AlarmName: Match.stringLikeRegexp(`^${stack}-[A-Za-z]+$`) });
      of.resourcePropertiesCountIs(
        "AWS::CloudWatch::Alarm",
        { Namespace: "FalJobs", Dimensions: [{ Name: "Stack", Value: stack }] },
        13,
      );
      of.resourcePropertiesCountIs("AWS::CloudWatch::Alarm", { Namespace: "FalJobs" }, 13);
    }
  });

  test.each(["Submit", "Webhook", "Sweep", "Archive", "Deliver"])("the alarms fire when %s crashes once", (name) => {
    expect(alarmOf(`${name}Errors`)).toMatchObject({
      Namespace: "AWS/Lambda",
      MetricName: "Errors",
      Dimensions: [{ Name: "FunctionName", Value: { Ref: `${name}Function` } }],
      ...once,
    });
  });

  test.each(["DoubleRender", "VideoNotKept", "VideoCrashesReader", "EventGivenUp"])(
    "the alarms fire at the first %s",
    (name) => {
      expect(alarmOf(name)).toMatchObject({ Namespace: "FalJobs", MetricName: name, ...once });
    },
  );

  test.each(["FalKeyRefused", "FalAccountLocked", "FalBalanceExhausted", "EndpointUnknown"])(
    "P33: the alarms name within two minutes what jobs wait for: %s",
    (name) => {
      expect(alarmOf(name)).toMatchObject({ ...once, Namespace: "FalJobs", MetricName: name, Period: 60 });
    },
  );

  test.each([
    ["ServerErrors", "5XXError"],
    ["CallbackGivenUp", "CallbackGivenUp"],
    ["SweepThrottled", "Throttles"],
    ["WebhookThrottled", "Throttles"],
  ])("A24: the alarms ignore a few events that callers can cause: %s", (name, MetricName) => {
    const alarm = alarmOf(name);
    expect(alarm).toMatchObject({ ...once, MetricName, Threshold: expect.any(Number) });
    expect(alarm?.Threshold).toBeGreaterThanOrEqual(5);
  });

  test("A22: the alarms fire when functions find no free execution, summed over all that have no alarm of their own", () => {
    const { Metrics, ...alarm } = alarmOf("FunctionsThrottled") ?? {};
    const { Period, ...single } = once;
    expect(alarm).toMatchObject({ ...single, Threshold: 50 });
    expect(Metrics[1].MetricStat.Period).toBe(Period);
    const [sum, ...summed] = Metrics;
    expect(sum.Expression).toBe(`SUM([${summed.map(({ Id }: { Id: string }) => Id).join(",")}])`);
    const watched = summed.map(({ MetricStat: { Metric, Stat } }: { MetricStat: Record<string, never> }) => [
      Metric,
      Stat,
    ]);
    const others = functionNames.filter((name) => name !== "sweep" && name !== "webhook");
    expect(watched).toEqual(
      others.map((name) => [
        { Namespace: "AWS/Lambda", MetricName: "Throttles", Dimensions: [functionDimension(name)] },
        "Sum",
      ]),
    );
    // CloudWatch's limit for one alarm.
    expect(summed.length).toBeLessThanOrEqual(10);
  });

  test("A22: the alarms fire when the account's executions are nearly used up for minutes, by its own limit", async () => {
    const alarm = {
      Namespace: "AWS/Lambda",
      MetricName: "ClaimedAccountConcurrency",
      Statistic: "Maximum",
      Period: 60,
      EvaluationPeriods: 5,
    };
    expect(alarmOf("AccountConcurrency")).toMatchObject({ ...alarm, Threshold: 800 });
    expect(alarmOf("AccountConcurrency")?.Dimensions).toBeUndefined();
    expect(alarmOf("AccountConcurrency", await templateOf("newAccount"))).toMatchObject({ ...alarm, Threshold: 8 });
  });

  test("A24: the alarms report a sweep that never ran, but only after the first ten minutes of a stack", () => {
    const silent = alarmOf("SweepSilent", mailing);
    expect(silent).toMatchObject({
      MetricName: "Invocations",
      Dimensions: [{ Name: "FunctionName", Value: { Ref: "SweepFunction" } }],
      ComparisonOperator: "LessThanThreshold",
      Threshold: 1,
      EvaluationPeriods: 1,
      Period: 300,
      TreatMissingData: "breaching",
    });
    expect(silent?.AlarmActions).toBeUndefined();
    expect(alarmOf("SweepStopped", mailing, "AWS::CloudWatch::CompositeAlarm")).toMatchObject({
      AlarmRule: { "Fn::Join": ["", ['ALARM("', getAtt("AlarmsSweepSilent"), '")']] },
      ActionsSuppressor: getAtt("AlarmsSweepThrottled"),
      ActionsSuppressorWaitPeriod: 600,
      AlarmActions: [{ Ref: expect.stringMatching("Topic") }],
    });
  });

  test("the alarms are sent by e-mail only when an address is configured", () => {
    template.resourceCountIs("AWS::SNS::Topic", 0);
    mailing.hasResourceProperties("AWS::SNS::Topic", { DisplayName: "FalJobs alarms" });
    mailing.hasResourceProperties("AWS::SNS::Subscription", { Protocol: "email", Endpoint: "ops@example.com" });
    const alarms = Object.values(mailing.findResources("AWS::CloudWatch::Alarm")).map(({ Properties }) => Properties);
    const quiet = alarms.filter(({ AlarmActions }) => AlarmActions === undefined).map(({ AlarmName }) => AlarmName);
    expect(quiet).toEqual(["FalJobs-SweepSilent"]);
  });
});

function functionDimension(name: FunctionName) {
  const id = name.replace(/(?:^|-)(\w)/g, (_, letter: string) => letter.toUpperCase());
  return { Name: "FunctionName", Value: { Ref: `${id}Function` } };
}

const once = {
  ComparisonOperator: "GreaterThanOrEqualToThreshold",
  Threshold: 1,
  EvaluationPeriods: 1,
  Period: 300,
  TreatMissingData: "notBreaching",
};

function getAtt(prefix: string) {
  return { "Fn::GetAtt": [expect.stringMatching(`^${prefix}`), "Arn"] };
}
