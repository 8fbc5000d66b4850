import { PolicyStatement } from "aws-cdk-lib/aws-iam";
import type { IFunction } from "aws-cdk-lib/aws-lambda";
import type { IBucket } from "aws-cdk-lib/aws-s3";
import type { Construct } from "constructs";
import { functionNeeds, type Needs } from "./function-needs.ts";
import { JobFunction } from "./job-function.ts";
import type { JobTable } from "./job-table.ts";
import { mediaPrefixes } from "./media-bucket.ts";
import { type FunctionName, methodsByPath } from "./routes.ts";
import type { Settings } from "./settings.ts";

/** What the functions work with. `publicUrl` is the base of the API, without a trailing slash. */
export type Surroundings = {
  readonly jobTable: JobTable;
  readonly bucket: IBucket;
  readonly secretArn: string;
  readonly publicUrl: string;
  readonly settings: Settings;
};

/** Makes every function of the stack, by name. Their logical ids are `SubmitFunction`, `WebhookFunction` and so on. */
export function createFunctions(scope: Construct, surroundings: Surroundings): Record<FunctionName, IFunction> {
  const values = environmentValues(surroundings);
  const create = (name: FunctionName) => {
    const needs: Needs = functionNeeds[name];
    const { description, timeoutSeconds, memoryMb, environment } = needs;
    return new JobFunction(scope, name.charAt(0).toUpperCase() + name.slice(1), {
      name,
      description,
      timeoutSeconds,
      memoryMb,
      environment: Object.fromEntries(Object.entries(values).filter(([variable]) => environment.includes(variable))),
      statements: createStatements(needs, surroundings),
      logRetentionDays: surroundings.settings.logRetentionDays,
      reservedConcurrency: name === "webhook" ? surroundings.settings.reservedConcurrency : undefined,
    }).function;
  };
  return {
    submit: create("submit"),
    retry: create("retry"),
    cancel: create("cancel"),
    delete: create("delete"),
    uploads: create("uploads"),
    video: create("video"),
    archive: create("archive"),
    sweep: create("sweep"),
    webhook: create("webhook"),
    jobs: create("jobs"),
    health: create("health"),
    fallback: create("fallback"),
  };
}

function environmentValues(surroundings: Surroundings): Record<string, string> {
  const { jobTable, bucket, secretArn, publicUrl, settings } = surroundings;
  const optional = {
    FAL_USER_ID: settings.falUserId,
    FAL_ENDPOINT_URL: settings.falEndpointUrl,
    FAL_MEDIA_LIFETIME_SECONDS: settings.falMediaLifetimeSeconds,
  };
  const set = Object.entries(optional).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, String(value)] as const],
  );
  return {
    TABLE_NAME: jobTable.table.tableName,
    PUBLIC_URL: publicUrl,
    MEDIA_BUCKET: bucket.bucketName,
    MEDIA_URL: `https://${bucket.bucketRegionalDomainName}`,
    ARCHIVE_VIDEOS: String(settings.archive),
    FAL_ENDPOINT_ID: settings.endpointId,
    FAL_KEY_SECRET_ID: secretArn,
    FAL_STORE_IO: String(settings.storePayloadsAtFal),
    OWNERS: JSON.stringify(settings.owners),
    FIRST_CHECK_SECONDS: String(settings.firstCheckSeconds),
    SUBMISSION_WINDOW_SECONDS: String(settings.submissionWindowSeconds),
    RETENTION_DAYS: String(settings.retentionDays),
    ROUTES: JSON.stringify(methodsByPath()),
    ...Object.fromEntries(set),
  };
}

// Lambda makes no mapping for a role that lacks any of the four, and is content with all of them on the one stream.
const readStream = [
  "dynamodb:DescribeStream",
  "dynamodb:GetRecords",
  "dynamodb:GetShardIterator",
  "dynamodb:ListStreams",
];

function createStatements(needs: Needs, { jobTable, bucket, secretArn }: Surroundings): PolicyStatement[] {
  const { table, streamArn } = jobTable;
  const allow = (actions: readonly string[], ...resources: readonly string[]) =>
    actions.length === 0 || resources.length === 0
      ? []
      : [new PolicyStatement({ actions: [...actions], resources: [...resources] })];
  const { tableActions = [], indexes = [], uploadActions = [], videoActions = [] } = needs;
  return [
    ...allow(tableActions, table.tableArn),
    ...allow(["dynamodb:Query"], ...indexes.map((index) => `${table.tableArn}/index/${index}`)),
    ...(needs.readsStream ? allow(readStream, streamArn) : []),
    ...(needs.readsSecret ? allow(["secretsmanager:GetSecretValue"], secretArn) : []),
    ...allow(uploadActions, bucket.arnForObjects(`${mediaPrefixes.uploads}*`)),
    ...allow(videoActions, bucket.arnForObjects(`${mediaPrefixes.videos}*`)),
    ...(needs.listsMedia ? allow(["s3:ListBucket"], bucket.bucketArn) : []),
  ];
}
