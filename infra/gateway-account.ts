import { Aws, RemovalPolicy } from "aws-cdk-lib";
import { CfnAccount, type IApiKey } from "aws-cdk-lib/aws-apigateway";
import { PolicyDocument, PolicyStatement, Role, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import { Construct } from "constructs";
import type { Settings } from "./settings.ts";

/**
 * The role with which API Gateway writes access logs. It is a setting of the account and region, not of one API. In a
 * new account a stage with access logs cannot be deployed without it, so it is on by default. It stays when the stack
 * is deleted, because other APIs may use it by then. `manageApiGatewayAccount: false` leaves the account unchanged.
 * `protect` adds a condition that AWS documents for service roles in general and not for this one, so it is no default.
 */
export class GatewayAccount extends Construct {
  constructor(scope: Construct, id: string, apiKey: IApiKey, { protect }: Settings) {
    super(scope, id);
    const writeLogs = new PolicyStatement({
      // The actions in AWS's own policy for this role; API Gateway rejects a role with fewer.
      actions: [
        "logs:CreateLogGroup",
        "logs:CreateLogStream",
        "logs:DescribeLogGroups",
        "logs:DescribeLogStreams",
        "logs:FilterLogEvents",
        "logs:GetLogEvents",
        "logs:PutLogEvents",
      ],
      // Every API of the account logs with this role, regardless of the name of its log group.
      resources: ["*"],
    });
    const role = new Role(this, "Role", {
      assumedBy: new ServicePrincipal("apigateway.amazonaws.com", {
        ...(protect && { conditions: { StringEquals: { "aws:SourceAccount": Aws.ACCOUNT_ID } } }),
      }),
      inlinePolicies: { WriteLogs: new PolicyDocument({ statements: [writeLogs] }) },
    });
    role.applyRemovalPolicy(RemovalPolicy.RETAIN);
    const account = new CfnAccount(this, "Account", { cloudWatchRoleArn: role.roleArn });
    account.applyRemovalPolicy(RemovalPolicy.RETAIN);
    // In an account that never had an API, the role cannot be set before the first API exists.
    account.node.addDependency(apiKey);
  }
}
