import { Duration, RemovalPolicy } from "aws-cdk-lib";
import { PolicyDocument, PolicyStatement, Role, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import { Architecture, Function as LambdaFunction, LoggingFormat, Runtime, Tracing } from "aws-cdk-lib/aws-lambda";
import { LogGroup } from "aws-cdk-lib/aws-logs";
import { Construct } from "constructs";
import { bundledCode } from "./bundling.ts";
import type { FunctionName } from "./function-needs.ts";
import { pinLogicalId } from "./logical-id.ts";

/**
 * The properties of one function. `statements` is everything that its role allows, apart from its own logs and traces.
 */
export type JobFunctionProps = {
  readonly name: FunctionName;
  readonly description: string;
  readonly timeoutSeconds: number;
  readonly memoryMb: number;
  readonly environment: Readonly<Record<string, string>>;
  readonly statements: readonly PolicyStatement[];
  readonly logRetentionDays: number;
  /** Whether the logs stay when the stack is deleted. */
  readonly keepsLogs: boolean;
  readonly reservedConcurrency?: number | undefined;
};

/** One function of `lambdas/`, bundled by esbuild, with its own role and log group. */
export class JobFunction extends Construct {
  readonly function: LambdaFunction;
  readonly role: Role;

  constructor(scope: Construct, id: string, props: JobFunctionProps) {
    super(scope, id);
    const logGroup = new LogGroup(this, "Logs", {
      retention: props.logRetentionDays,
      removalPolicy: props.keepsLogs ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
    });
    this.role = this.createRole(logGroup, props.statements);
    this.function = new LambdaFunction(this, "Function", {
      code: bundledCode(`lambdas/functions/${props.name}.ts`),
      handler: "index.handler",
      description: props.description,
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      timeout: Duration.seconds(props.timeoutSeconds),
      memorySize: props.memoryMb,
      environment: { ...props.environment },
      // Without this the CDK would add its own copy of the tracing statement.
      role: this.role.withoutPolicyUpdates(),
      logGroup,
      loggingFormat: LoggingFormat.JSON,
      tracing: Tracing.ACTIVE,
      ...(props.reservedConcurrency === undefined ? {} : { reservedConcurrentExecutions: props.reservedConcurrency }),
    });
    pinLogicalId(this.function, `${id}Function`);
  }

  private createRole(logGroup: LogGroup, statements: readonly PolicyStatement[]): Role {
    const writeLogs = new PolicyStatement({
      actions: ["logs:CreateLogStream", "logs:PutLogEvents"],
      // The ARN ends in `:*`, which matches the log streams of this one group.
      resources: [logGroup.logGroupArn],
    });
    const trace = new PolicyStatement({
      actions: ["xray:PutTraceSegments", "xray:PutTelemetryRecords"],
      // X-Ray has no resources to which these actions could be limited.
      resources: ["*"],
    });
    return new Role(this, "Role", {
      assumedBy: new ServicePrincipal("lambda.amazonaws.com"),
      inlinePolicies: { Needs: new PolicyDocument({ statements: [writeLogs, trace, ...statements] }) },
    });
  }
}
