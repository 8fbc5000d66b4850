import type { Stage } from "aws-cdk-lib/aws-apigateway";
import { CfnWebACL, CfnWebACLAssociation } from "aws-cdk-lib/aws-wafv2";
import { Construct } from "constructs";

/** The stage that is guarded, and the requests that one IP address may send in five minutes. */
export type FirewallProps = { readonly stage: Stage; readonly ipRateLimit: number };

const windowSeconds = 300;

/**
 * AWS WAF in front of the stage. It refuses the requests of an IP address that sends too many; API Gateway answers them
 * with `forbidden`. fal sends every webhook from a few addresses, so webhooks are neither counted nor refused. No request
 * is sampled, because a webhook's URL contains its job's token (rule P22).
 */
export class Firewall extends Construct {
  constructor(scope: Construct, id: string, { stage, ipRateLimit }: FirewallProps) {
    super(scope, id);
    const watch = (metricName: string) => ({
      cloudWatchMetricsEnabled: true,
      sampledRequestsEnabled: false,
      metricName,
    });
    const isWebhook = {
      byteMatchStatement: {
        // The path starts with the stage's name, or with the base path of a custom domain.
        fieldToMatch: { uriPath: {} },
        positionalConstraint: "CONTAINS",
        searchString: "/webhooks/fal/",
        textTransformations: [{ priority: 0, type: "NONE" }],
      },
    };
    const webAcl = new CfnWebACL(this, "WebAcl", {
      scope: "REGIONAL",
      defaultAction: { allow: {} },
      visibilityConfig: watch("Requests"),
      rules: [
        {
          name: "IpRate",
          priority: 0,
          action: { block: {} },
          visibilityConfig: watch("IpRate"),
          statement: {
            rateBasedStatement: {
              aggregateKeyType: "IP",
              evaluationWindowSec: windowSeconds,
              limit: ipRateLimit,
              scopeDownStatement: { notStatement: { statement: isWebhook } },
            },
          },
        },
      ],
    });
    new CfnWebACLAssociation(this, "Association", { resourceArn: stage.stageArn, webAclArn: webAcl.attrArn });
  }
}
