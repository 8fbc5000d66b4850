import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import { type JobTable, openJobTable } from "../../lambdas/table/job-table.ts";

/**
 * The job table through a client that waits as long as the engine takes. The service gives up after two seconds and
 * tries again; an engine on a busy machine needs longer, which is no fault of what these tests look at.
 */
export function openPatientTable(tableName: string, now: () => number): JobTable {
  const client = new DynamoDBClient();
  return openJobTable(
    tableName,
    now,
    DynamoDBDocumentClient.from(client, { marshallOptions: { removeUndefinedValues: true } }),
  );
}
