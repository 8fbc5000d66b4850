import { Aws } from "aws-cdk-lib";
import { PolicyDocument, PolicyStatement, Role, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import type { IFunction } from "aws-cdk-lib/aws-lambda";
import { CfnSchedule } from "aws-cdk-lib/aws-scheduler";
import { Construct } from "constructs";

const maxAgeSeconds = 60;

/**
 * Runs the sweep every minute. A failed invocation is not repeated and a late one is dropped, because the next minute's
 * sweep does the same work.
 */
export class SweepSchedule extends Construct {
  constructor(scope: Construct, id: string, sweep: IFunction) {
    super(scope, id);
    const invoke = new PolicyStatement({ actions: ["lambda:InvokeFunction"], resources: [sweep.functionArn] });
    const role = new Role(this, "Role", {
      assumedBy: new ServicePrincipal("scheduler.amazonaws.com", {
        conditions: { StringEquals: { "aws:SourceAccount": Aws.ACCOUNT_ID } },
      }),
      inlinePolicies: { Invoke: new PolicyDocument({ statements: [invoke] }) },
    });
    new CfnSchedule(this, "Schedule", {
      description: "Starts the sweep every minute",
      scheduleExpression: "rate(1 minute)",
      flexibleTimeWindow: { mode: "OFF" },
      target: {
        arn: sweep.functionArn,
        roleArn: role.roleArn,
        retryPolicy: { maximumRetryAttempts: 0, maximumEventAgeInSeconds: maxAgeSeconds },
      },
    });
  }
}
