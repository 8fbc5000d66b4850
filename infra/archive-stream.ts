import { Duration } from "aws-cdk-lib";
import {
  EventSourceMapping,
  FilterCriteria,
  FilterRule,
  type IFunction,
  StartingPosition,
} from "aws-cdk-lib/aws-lambda";
import { Construct } from "constructs";

const batchSize = 10;
/** Batches of one shard at once: a batch of slow copies must not hold up the rest. */
const parallelizationFactor = 10;
const retryAttempts = 1;
/** A record that waited longer is the sweep's. */
const maxRecordAgeSeconds = 60;

/**
 * Hands a job to the archive function as soon as there is a video to keep. Whatever this misses the sweep finds by the
 * job's `due_at`, so records are neither retried for long nor kept elsewhere. A stream bears two readers; this is the first.
 */
export class ArchiveStream extends Construct {
  constructor(scope: Construct, id: string, streamArn: string, archive: IFunction) {
    super(scope, id);
    new EventSourceMapping(this, "Mapping", {
      target: archive,
      eventSourceArn: streamArn,
      startingPosition: StartingPosition.LATEST,
      batchSize,
      parallelizationFactor,
      retryAttempts,
      maxRecordAge: Duration.seconds(maxRecordAgeSeconds),
      reportBatchItemFailures: true,
      filters: [FilterCriteria.filter(archiveFellDue)],
    });
  }
}

/**
 * `archive_due` appears when a job settles with a video and when a late result comes; a claim only moves it. So no status
 * is asked for. The pattern names the number itself, because `exists` is only told of leaves, and nothing outside
 * `dynamodb`, because Lambda filters a table's records by that key alone.
 */
const archiveFellDue = {
  dynamodb: {
    OldImage: { archive_due: { N: FilterRule.notExists() } },
    NewImage: { archive_due: { N: FilterRule.exists() } },
  },
};
