import { readFile } from "node:fs/promises";
import { join } from "node:path";
import {
  CloudFormationClient,
  paginateListStackResources,
  type StackResourceSummary,
} from "@aws-sdk/client-cloudformation";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import { z } from "zod";
import type { DynamoClient } from "../lambdas/aws/dynamo.ts";

/** The installation that the operator means. */
export interface Installation {
  /** Such as `the stack FalJobs`. */
  readonly name: string;
  readonly isLocal: boolean;
  readonly tableName: string;
  readonly client: DynamoClient;
  /** What a client of an AWS service is created with: nothing in AWS, local endpoints in a local stack. */
  readonly aws: (service: AwsServiceName) => object;
  /** The resources of the stack by logical id, such as `SubmitFunction`. In a local stack both are the same. */
  readonly resourceOf: (logicalId: string) => string;
}

/** The services that commands use. The local stack has substitutes for all but API Gateway. */
type AwsServiceName = "apigateway" | "dynamodb" | "lambda" | "secretsmanager";

/** What went wrong, and what to do about it, in one line. */
export class OpsError extends Error {
  override readonly name = "OpsError";
}

/** What `npm start` writes to its data folder while it runs. */
const runningSchema = z.object({
  pid: z.int(),
  table: z.string(),
  endpoints: z.object({ dynamodb: z.string(), lambda: z.string(), secretsmanager: z.string() }),
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
  const { region, credentials, endpoints, table } = running;
  const known: Partial<Record<AwsServiceName, string>> = endpoints;
  const aws = (service: AwsServiceName) => ({ endpoint: known[service], region, credentials });
  return {
    name: `the local stack in ${dataDir}`,
    isLocal: true,
    tableName: table,
    client: openTables(aws("dynamodb")),
    aws,
    resourceOf: (logicalId) => logicalId,
  };
}

/** Connects to a deployed stack, with the credentials and the region of the AWS SDK. Throws OpsError. */
export async function connectStack(
  stackName: string,
  cloudFormation = new CloudFormationClient({}),
): Promise<Installation> {
  const resources = await listResources(stackName, cloudFormation).catch((error: Error) => {
    throw new OpsError(`the stack ${stackName} could not be read: ${error.message}`);
  });
  const table = resources.find(({ ResourceType }) => ResourceType === "AWS::DynamoDB::Table");
  const tableName = table?.PhysicalResourceId;
  if (tableName === undefined)
    throw new OpsError(`the stack ${stackName} has no job table: is it a stack of fal-jobs?`);
  return {
    name: `the stack ${stackName}`,
    isLocal: false,
    tableName,
    client: openTables({}),
    aws: () => ({}),
    resourceOf: (logicalId) => {
      const id = resources.find(({ LogicalResourceId }) => LogicalResourceId === logicalId)?.PhysicalResourceId;
      if (id === undefined) throw new OpsError(`the stack ${stackName} has no ${logicalId}`);
      return id;
    },
  };
}

/** In pages: the stack has more than the 100 resources that DescribeStackResources returns at most. */
async function listResources(StackName: string, client: CloudFormationClient): Promise<StackResourceSummary[]> {
  const resources: StackResourceSummary[] = [];
  for await (const page of paginateListStackResources({ client }, { StackName }))
    resources.push(...(page.StackResourceSummaries ?? []));
  return resources;
}

function openTables(configuration: object): DynamoClient {
  const marshallOptions = { removeUndefinedValues: true };
  return DynamoDBDocumentClient.from(new DynamoDBClient(configuration), { marshallOptions });
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
