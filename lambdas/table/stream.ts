import type { DynamoDBBatchResponse, DynamoDBRecord, DynamoDBStreamEvent } from "aws-lambda";
import type { Job } from "../job/job.ts";
import { logError } from "../log.ts";
import type { JobTable } from "./job-table.ts";

/**
 * A reader of the table's stream (rule A12): does a work for each job that was written. Not the record's image but the
 * row as it is now says what is to be done (rule P7). A record whose work throws is named, so that Lambda brings it
 * once more; `failure` is what the log says then.
 */
export function streamReader(
  { table }: { readonly table: Pick<JobTable, "read"> },
  work: (job: Job) => Promise<void>,
  failure: string,
) {
  const failuresOf = async (record: DynamoDBRecord) => {
    const id = record.dynamodb?.Keys?.id?.S ?? "";
    try {
      const job = await table.read(id);
      if (job !== undefined) await work(job);
      return [];
    } catch (error) {
      logError(failure, error, { job_id: id });
      return [{ itemIdentifier: record.dynamodb?.SequenceNumber ?? "" }];
    }
  };
  return async ({ Records }: DynamoDBStreamEvent): Promise<DynamoDBBatchResponse> => {
    const failures = await Promise.all(Records.map(failuresOf));
    return { batchItemFailures: failures.flat() };
  };
}
