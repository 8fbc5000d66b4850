import { RemovalPolicy } from "aws-cdk-lib";
import { CfnSecret } from "aws-cdk-lib/aws-secretsmanager";
import { Construct } from "constructs";
import { pinLogicalId } from "./logical-id.ts";

/**
 * The secret that holds FAL_KEY. It is made without a value, which `Secret` cannot do (it would generate one), so that
 * "not configured yet" can be told from a wrong key. It outlives its stack: the key was typed in by hand.
 */
export class FalSecret extends Construct {
  /** The secret's ARN: what functions read it by and what their roles name. */
  readonly secretArn: string;

  constructor(scope: Construct, id: string) {
    super(scope, id);
    const secret = new CfnSecret(this, "Secret", {
      description: "FAL_KEY: the fal API key that jobs are submitted with",
    });
    secret.applyRemovalPolicy(RemovalPolicy.RETAIN);
    pinLogicalId(secret, "FalKeySecret");
    this.secretArn = secret.ref;
  }
}
