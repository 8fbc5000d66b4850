import type { DynamoDBBatchResponse, DynamoDBRecord, DynamoDBStreamEvent } from "aws-lambda";
import { logError } from "../log.ts";
import { type Archiver, archiveVideo } from "./archive-video.ts";

/**
 * Begins the copy of each video as soon as its job has settled (rule A12). Only the first attempt is the stream's: what fails, or is never
 * seen here, is the sweep's. A record that could not be read is named, so that Lambda brings it once more.
 */
export function archiveFromStream(service: Archiver) {
  return async (event: DynamoDBStreamEvent): Promise<DynamoDBBatchResponse> => {
    const failed = await Promise.all(event.Records.map((record) => archiveRecord(service, record)));
    return { batchItemFailures: failed.flat() };
  };
}

async function archiveRecord(service: Archiver, record: DynamoDBRecord) {
  const id = record.dynamodb?.Keys?.id?.S ?? "";
  try {
    // Not the record's image but the row as it is now says what is to be done (rule P7).
    const job = await service.table.read(id);
    if (job?.archive_due !== undefined && job.archive_attempts === undefined)
      await archiveVideo(service, job, "archive");
    return [];
  } catch (error) {
    logError("a video could not be archived", error, { job_id: id });
    return [{ itemIdentifier: record.dynamodb?.SequenceNumber ?? "" }];
  }
}
