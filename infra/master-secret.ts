import { RemovalPolicy } from "aws-cdk-lib";
import { CfnSecret } from "aws-cdk-lib/aws-secretsmanager";
import { Construct } from "constructs";
import { pinLogicalId } from "./logical-id.ts";

/** Of letters and digits, so more than 256 bits of chance. */
const length = 64;

/**
 * The stack's one secret, from which callback secrets and the signatures of cursors follow (rule P24). It is made up once, and
 * any other value would make every receiver refuse our callbacks: its properties must never change, because CloudFormation
 * would then make up another, and it outlives its stack.
 */
export class MasterSecret extends Construct {
  /** The secret's ARN: what functions read it by and what their roles name. */
  readonly secretArn: string;

  constructor(scope: Construct, id: string) {
    super(scope, id);
    const secret = new CfnSecret(this, "Secret", {
      description: "Callback secrets and cursor signatures are derived from this secret. Never change it.",
      generateSecretString: { passwordLength: length, excludePunctuation: true },
    });
    secret.applyRemovalPolicy(RemovalPolicy.RETAIN);
    pinLogicalId(secret, "MasterSecret");
    this.secretArn = secret.ref;
  }
}
