import type { DynamoDBBatchResponse, DynamoDBRecord, DynamoDBStreamEvent } from "aws-lambda";
import type { Job } from "../job/job.ts";
import { logError } from "../log.ts";
import type { JobTable } from "./job-table.ts";

/**
 * Handles records of the table's stream (rule A12): reads the current row of each job that was written and does the
 * work for it. The current row, and not the record's copy of it, decides what to do (rule P7). If the work throws, the
 * record is reported as failed, so that Lambda sends it again. `failure` is the log message for this.
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
