import { RemovalPolicy } from "aws-cdk-lib";
import { CfnSecret } from "aws-cdk-lib/aws-secretsmanager";
import { Construct } from "constructs";
import { pinLogicalId } from "./logical-id.ts";

/** Letters and digits only, so this length has more than 256 bits of randomness. */
const length = 64;

/**
 * The stack's only master secret. Callback secrets and the signatures of cursors are derived from it (rule P24). It is
 * generated once. With any other value, every receiver would reject our callbacks, so its properties must never change:
 * CloudFormation would then generate a new value. It stays when the stack is deleted.
 */
export class MasterSecret extends Construct {
  /** The secret's ARN: functions read the secret by it, and their roles contain it. */
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
