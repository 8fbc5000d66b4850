import { RemovalPolicy } from "aws-cdk-lib";
import {
  AttributeType,
  BillingMode,
  ProjectionType,
  StreamViewType,
  Table,
  TableEncryption,
} from "aws-cdk-lib/aws-dynamodb";
import { Key } from "aws-cdk-lib/aws-kms";
import { Construct } from "constructs";
import { pinLogicalId } from "./logical-id.ts";
import type { Settings } from "./settings.ts";

/**
 * The job table: one item per job under `id`. `byOwner` lists an owner's jobs by `created_at_id`. The sparse index
 * `byDue` finds, by shard and `due_at` (epoch seconds), the jobs that are due for work. Both indexes contain only keys.
 * `expires_at` (epoch seconds) is when settled jobs are deleted. The table stays when the stack is deleted, because
 * jobs are paid work.
 */
export class JobTable extends Construct {
  readonly table: Table;
  /** The stream of changes. Each record contains the row before and after the change. */
  readonly streamArn: string;

  constructor(scope: Construct, id: string, { protect, kmsKeyArn }: Settings) {
    super(scope, id);
    this.table = new Table(this, "Table", {
      partitionKey: { name: "id", type: AttributeType.STRING },
      billingMode: BillingMode.PAY_PER_REQUEST,
      timeToLiveAttribute: "expires_at",
      stream: StreamViewType.NEW_AND_OLD_IMAGES,
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      removalPolicy: RemovalPolicy.RETAIN,
      ...(protect && { deletionProtection: true }),
      ...(kmsKeyArn !== undefined && {
        encryption: TableEncryption.CUSTOMER_MANAGED,
        encryptionKey: Key.fromKeyArn(this, "Key", kmsKeyArn),
      }),
    });
    this.table.addGlobalSecondaryIndex({
      indexName: "byOwner",
      partitionKey: { name: "owner", type: AttributeType.STRING },
      sortKey: { name: "created_at_id", type: AttributeType.STRING },
      projectionType: ProjectionType.KEYS_ONLY,
    });
    this.table.addGlobalSecondaryIndex({
      indexName: "byDue",
      partitionKey: { name: "shard", type: AttributeType.STRING },
      sortKey: { name: "due_at", type: AttributeType.NUMBER },
      projectionType: ProjectionType.KEYS_ONLY,
    });
    pinLogicalId(this.table, "JobTable");
    const { tableStreamArn } = this.table;
    if (tableStreamArn === undefined) throw new Error("The job table has no stream");
    this.streamArn = tableStreamArn;
  }
}
