import { Duration } from "aws-cdk-lib";
import {
  EventSourceMapping,
  FilterCriteria,
  FilterRule,
  type IFunction,
  StartingPosition,
} from "aws-cdk-lib/aws-lambda";
import { Construct } from "constructs";
import { streamBatches } from "./stream-batches.ts";

const { batchSize, parallelizationFactor, retryAttempts, maxRecordAgeSeconds } = streamBatches;

/** The changes of the table that a function receives: those that match one of the patterns. */
export type StreamReaderProps = {
  readonly streamArn: string;
  readonly reader: IFunction;
  readonly patterns: readonly Readonly<Record<string, unknown>>[];
};

/**
 * Sends a job to a function as soon as there is work for it. The sweep finds every missed job by its `due_at`, so
 * records are not retried for long and not stored elsewhere. A stream supports two readers (rule A12), and both are in
 * use.
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

// Patterns test the number or text itself, because `exists` works only on leaf values. They test only fields inside
// `dynamodb`, because Lambda filters a table's records by that key only. Numbers are sent as text.

/**
 * A video must be copied. `archive_due` appears when a job settles with a video and when a late result arrives; a claim
 * only changes its value. So the patterns do not test the status.
 */
export const archiveDue = [
  {
    dynamodb: {
      OldImage: { archive_due: { N: FilterRule.notExists() } },
      NewImage: { archive_due: { N: FilterRule.exists() } },
    },
  },
];

const isDue = { deliver_due: { N: FilterRule.exists() } };

/** A callback waits until the video is copied. If that takes more than a minute, the sweep sends it (rule P21). */
const isFirst = [FilterRule.notExists(), FilterRule.isEqual("0")].map((attempts) => ({
  archive_due: { N: FilterRule.notExists() },
  delivery: { M: { attempts: { N: attempts } } },
}));

/** The caller wants the first callback before the video is copied. */
const isEarly = {
  callback_when: { S: FilterRule.isEqual("settled") },
  delivery: { M: { attempts: { N: FilterRule.notExists() } } },
};

/** The caller asked for the next attempt of a callback while more attempts follow. */
const isRequested = { delivery: { M: { is_requested: { BOOL: FilterRule.exists() } } } };

/**
 * A job's final event must be delivered, for the first time or because the caller asked for it again. The sweep makes
 * all other attempts.
 */
export const deliveryDue = [...isFirst, isEarly, isRequested].map((delivery) => ({
  dynamodb: { NewImage: { ...isDue, ...delivery } },
}));
