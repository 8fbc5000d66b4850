import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { CloudFormationClient, DescribeStackResourcesCommand } from "@aws-sdk/client-cloudformation";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import { z } from "zod";
import type { DynamoClient } from "../lambdas/aws/dynamo.ts";

/** The job table of the installation that the operator means. */
export interface Installation {
  /** Such as `the stack FalJobs`. */
  readonly name: string;
  readonly tableName: string;
  readonly client: DynamoClient;
}

/** What went wrong, and what to do about it, in one line. */
export class OpsError extends Error {
  override readonly name = "OpsError";
}

/** What `npm start` writes to its data folder while it runs. */
const runningSchema = z.object({
  pid: z.int(),
  table: z.string(),
  dynamodb_url: z.string(),
  region: z.string(),
  credentials: z.object({ accessKeyId: z.string(), secretAccessKey: z.string() }),
});

/** Connects to the local stack whose data folder this is. Throws OpsError if none is running there. */
export async function connectLocal(dataDir: string): Promise<Installation> {
  const text = await readFile(join(dataDir, "running.json"), "utf8").catch(() => undefined);
  const running = text === undefined ? undefined : runningSchema.safeParse(JSON.parse(text)).data;
  if (running === undefined || !isAlive(running.pid))
    throw new OpsError(
      `no local stack is running in ${dataDir}: start one with npm start, or set DATA_DIR as it has it`,
    );
  const { region, credentials, dynamodb_url: endpoint } = running;
  const client = DynamoDBDocumentClient.from(new DynamoDBClient({ endpoint, region, credentials }), marshalling);
  return { name: `the local stack in ${dataDir}`, tableName: running.table, client };
}

/** Connects to a deployed stack, with the credentials and the region of the AWS SDK. Throws OpsError. */
export async function connectStack(stackName: string): Promise<Installation> {
  const cloudFormation = new CloudFormationClient({});
  const found = await cloudFormation
    .send(new DescribeStackResourcesCommand({ StackName: stackName }))
    .catch((error: Error) => {
      throw new OpsError(`the stack ${stackName} could not be read: ${error.message}`);
    });
  const table = found.StackResources?.find(({ ResourceType }) => ResourceType === "AWS::DynamoDB::Table");
  const tableName = table?.PhysicalResourceId;
  if (tableName === undefined)
    throw new OpsError(`the stack ${stackName} has no job table: is it a stack of fal-jobs?`);
  const client = DynamoDBDocumentClient.from(new DynamoDBClient({}), marshalling);
  return { name: `the stack ${stackName}`, tableName, client };
}

const marshalling = { marshallOptions: { removeUndefinedValues: true } };

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
