import { RemovalPolicy } from "aws-cdk-lib";
import { CfnSecret } from "aws-cdk-lib/aws-secretsmanager";
import { Construct } from "constructs";
import { pinLogicalId } from "./logical-id.ts";

/**
 * The secret that holds FAL_KEY. It is created without a value, so that "not configured yet" can be distinguished from
 * a wrong key. `Secret` cannot do that, because it would generate a value. It stays when the stack is deleted, because
 * the key was entered by hand.
 */
export class FalSecret extends Construct {
  /** The secret's ARN: functions read the secret by it, and their roles contain it. */
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
