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
/** Batches of one shard at once: a batch of slow copies or callbacks must not hold up the rest. */
const parallelizationFactor = 10;
const retryAttempts = 1;
/** A record that waited longer is the sweep's. */
const maxRecordAgeSeconds = 60;

/** Which changes of the table a function is told of: those that one of the patterns fits. */
export type StreamReaderProps = {
  readonly streamArn: string;
  readonly reader: IFunction;
  readonly patterns: readonly Readonly<Record<string, unknown>>[];
};

/**
 * Hands a job to a function as soon as there is work for it. Whatever this misses the sweep finds by the job's `due_at`, so
 * records are neither retried for long nor kept elsewhere. A stream bears two readers (rule A12), and both are taken.
 */
export class StreamReader extends Construct {
  constructor(scope: Construct, id: string, { streamArn, reader, patterns }: StreamReaderProps) {
    super(scope, id);
    new EventSourceMapping(this, "Mapping", {
      target: reader,
      eventSourceArn: streamArn,
      startingPosition: StartingPosition.LATEST,
      batchSize,
      parallelizationFactor,
      retryAttempts,
      maxRecordAge: Duration.seconds(maxRecordAgeSeconds),
      reportBatchItemFailures: true,
      filters: patterns.map((pattern) => FilterCriteria.filter(pattern)),
    });
  }
}

// Patterns name the number or text itself, because `exists` is only told of leaves, and nothing outside `dynamodb`, because
// Lambda filters a table's records by that key alone. Numbers come as text.

/**
 * There is a video to keep: `archive_due` appears when a job settles with a video and when a late result comes; a claim only
 * moves it. So no status is asked for.
 */
export const videoFellDue = [
  {
    dynamodb: {
      OldImage: { archive_due: { N: FilterRule.notExists() } },
      NewImage: { archive_due: { N: FilterRule.exists() } },
    },
  },
];

/** A callback waits for the video to be kept, and is the sweep's when that takes more than a minute (rule P21). */
const tellable = { deliver_due: { N: FilterRule.exists() }, archive_due: { N: FilterRule.notExists() } };

/** There is a job's end to tell: for the first time, or because the caller asked for it again. Every later attempt is the sweep's. */
export const endFellDue = [FilterRule.notExists(), FilterRule.isEqual("0")].map((attempts) => ({
  dynamodb: { NewImage: { ...tellable, delivery: { M: { attempts: { N: attempts } } } } },
}));
