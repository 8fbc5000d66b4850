import { RemovalPolicy } from "aws-cdk-lib";
import { CfnAccount, type IApiKey } from "aws-cdk-lib/aws-apigateway";
import { PolicyDocument, PolicyStatement, Role, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import { Construct } from "constructs";

/**
 * The role that API Gateway writes access logs with. It is a setting of the account and region, not of one API, and in a
 * fresh account a stage with access logs cannot be deployed without it: hence on by default, and kept when the stack goes,
 * because by then other APIs may write with it. `manageApiGatewayAccount: false` leaves the account as it is.
 */
export class GatewayAccount extends Construct {
  constructor(scope: Construct, id: string, apiKey: IApiKey) {
    super(scope, id);
    const writeLogs = new PolicyStatement({
      // What AWS's own policy for this role holds; API Gateway refuses a role that may do less.
      actions: [
        "logs:CreateLogGroup",
        "logs:CreateLogStream",
        "logs:DescribeLogGroups",
        "logs:DescribeLogStreams",
        "logs:FilterLogEvents",
        "logs:GetLogEvents",
        "logs:PutLogEvents",
      ],
      // Every API of the account logs with this role, whatever its log group is called.
      resources: ["*"],
    });
    const role = new Role(this, "Role", {
      assumedBy: new ServicePrincipal("apigateway.amazonaws.com"),
      inlinePolicies: { WriteLogs: new PolicyDocument({ statements: [writeLogs] }) },
    });
    role.applyRemovalPolicy(RemovalPolicy.RETAIN);
    const account = new CfnAccount(this, "Account", { cloudWatchRoleArn: role.roleArn });
    account.applyRemovalPolicy(RemovalPolicy.RETAIN);
    // An account that never had an API has nothing yet that the role could be set on.
    account.node.addDependency(apiKey);
  }
}
