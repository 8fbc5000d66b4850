import { describe, expect, test } from "vitest";
import { templateOf } from "./templates.ts";

const template = await templateOf("default");
const schedules = Object.values(template.findResources("AWS::Scheduler::Schedule"));
const { Target: target, ...timing } = schedules[0]?.Properties ?? {};
const sweepArn = { "Fn::GetAtt": ["SweepFunction", "Arn"] };

describe("the sweep's schedule", () => {
  test("the sweep's schedule runs every minute, without a flexible window, and is the only schedule", () => {
    expect(schedules).toHaveLength(1);
    expect(timing).toEqual({
      Description: expect.any(String),
      ScheduleExpression: "rate(1 minute)",
      FlexibleTimeWindow: { Mode: "OFF" },
    });
  });

  test("the sweep's schedule delivers each minute's event within 60 s and once, and Lambda runs it once", () => {
    expect(target).toMatchObject({
      Arn: sweepArn,
      RetryPolicy: { MaximumRetryAttempts: 0, MaximumEventAgeInSeconds: 60 },
    });
    const handling = Object.values(template.findResources("AWS::Lambda::EventInvokeConfig"));
    expect(handling.map(({ Properties }) => Properties)).toContainEqual({
      FunctionName: { Ref: "SweepFunction" },
      Qualifier: "$LATEST",
      MaximumRetryAttempts: 0,
      MaximumEventAgeInSeconds: 60,
    });
  });

  test("the sweep's schedule has its own role that may invoke the sweep and nothing else", () => {
    const { [target.RoleArn["Fn::GetAtt"][0]]: role } = template.findResources("AWS::IAM::Role");
    expect(role?.Properties).toEqual({
      AssumeRolePolicyDocument: {
        Version: "2012-10-17",
        Statement: [
          {
            Action: "sts:AssumeRole",
            Effect: "Allow",
            Principal: { Service: "scheduler.amazonaws.com" },
            Condition: { StringEquals: { "aws:SourceAccount": { Ref: "AWS::AccountId" } } },
          },
        ],
      },
      Policies: [
        {
          PolicyName: "Invoke",
          PolicyDocument: {
            Version: "2012-10-17",
            Statement: [{ Action: "lambda:InvokeFunction", Effect: "Allow", Resource: sweepArn }],
          },
        },
      ],
    });
  });

  test("the sweep's schedule lets a sweep end before its claims' leases do, and run longer than a minute", () => {
    expect(template.toJSON().Resources.SweepFunction.Properties.Timeout).toBe(90);
  });
});
