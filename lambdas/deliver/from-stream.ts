import type { DynamoDBBatchResponse, DynamoDBRecord, DynamoDBStreamEvent } from "aws-lambda";
import { logError } from "../log.ts";
import { type Deliverer, deliverJob } from "./deliver-job.ts";

/**
 * Tells the world at once that a job has settled (rule A12). Only first attempts are the stream's: what fails, or is never seen here, is the
 * sweep's. A record that could not be read is named, so that Lambda brings it once more.
 */
export function deliverFromStream(service: Deliverer) {
  return async (event: DynamoDBStreamEvent): Promise<DynamoDBBatchResponse> => {
    const failed = await Promise.all(event.Records.map((record) => deliverRecord(service, record)));
    return { batchItemFailures: failed.flat() };
  };
}

async function deliverRecord(service: Deliverer, record: DynamoDBRecord) {
  const id = record.dynamodb?.Keys?.id?.S ?? "";
  try {
    // Not the record's image but the row as it is now says what is to be done (rule P7).
    const job = await service.table.read(id);
    const isFirst = (job?.delivery?.attempts ?? 0) === 0;
    const isTaken = (job?.delivery?.leased_until ?? 0) > service.now();
    const isWaiting = isTaken || (job?.archive_due !== undefined && job.delivery === undefined);
    if (job?.deliver_due !== undefined && isFirst && !isWaiting) await deliverJob(service, job, "deliver");
    return [];
  } catch (error) {
    logError("a job's final event could not be delivered", error, { job_id: id });
    return [{ itemIdentifier: record.dynamodb?.SequenceNumber ?? "" }];
  }
}
