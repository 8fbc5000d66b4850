import { Duration, Lazy } from "aws-cdk-lib";
import type { IEventBus } from "aws-cdk-lib/aws-events";
import { Policy, PolicyStatement } from "aws-cdk-lib/aws-iam";
import type { Function as LambdaFunction } from "aws-cdk-lib/aws-lambda";
import type { IBucket } from "aws-cdk-lib/aws-s3";
import type { Construct } from "constructs";
import { type FunctionName, functionNames, functionNeeds, type Needs } from "./function-needs.ts";
import { JobFunction } from "./job-function.ts";
import type { JobTable } from "./job-table.ts";
import { mediaPrefixes } from "./media-bucket.ts";
import { methodsByPath } from "./routes.ts";
import type { Settings } from "./settings.ts";

/** The resources that the functions use. `publicUrl` is the base URL of the API, without a trailing slash. */
export type Surroundings = {
  readonly jobTable: JobTable;
  readonly bucket: IBucket;
  readonly eventBus: IEventBus;
  readonly falSecretArn: string;
  readonly masterSecretArn: string;
  readonly publicUrl: string;
  readonly otherUrls: readonly string[];
  readonly settings: Settings;
};

/** Returns a function of the stack by its name. */
export type Functions = (name: FunctionName) => LambdaFunction;

/** Creates every function of the stack. Their logical ids are `SubmitFunction`, `ProxyReadFunction` and so on. */
export function createFunctions(scope: Construct, surroundings: Surroundings): Functions {
  const { settings } = surroundings;
  const functions = new Map<string, JobFunction>();
  const find = (name: string) => {
    const found = functions.get(name);
    if (found === undefined) throw new Error(`The stack has no function ${name}.`);
    return found;
  };
  const nameOf = (name: string) => Lazy.string({ produce: () => find(name).function.functionName });
  const values: Readonly<Record<string, string>> = {
    ...environmentValues(surroundings),
    ARCHIVE_FUNCTION: nameOf("archive"),
    DELIVER_FUNCTION: nameOf("deliver"),
  };
  const reserved: { readonly [name in FunctionName]?: number | undefined } = {
    webhook: settings.reservedConcurrency,
    sweep: settings.sweepConcurrency,
    events: settings.streamsAtOnce,
    "proxy-read": settings.proxyReadsAtOnce,
  };
  const create = (name: FunctionName) => {
    const needs: Needs = functionNeeds[name];
    const { description, timeoutSeconds, memoryMb, environment } = needs;
    return new JobFunction(scope, pascalCase(name), {
      name,
      description,
      timeoutSeconds,
      memoryMb,
      environment: Object.fromEntries(Object.entries(values).filter(([variable]) => environment.includes(variable))),
      statements: createStatements(needs, surroundings),
      logRetentionDays: settings.logRetentionDays,
      keepsLogs: settings.protect,
      reservedConcurrency: reserved[name],
    });
  };
  for (const name of functionNames) functions.set(name, create(name));
  for (const name of functionNames) allowStarts(name, functionNeeds[name], find);
  return (name) => find(name).function;
}

/** A function that the sweep starts is started again a minute later, so Lambda neither repeats its events nor keeps them. */
const startedMaxAgeSeconds = 60;

/**
 * Permits a function to start others. The permission is a policy of its own, because a function cannot depend on a role
 * that names the function.
 */
function allowStarts(name: FunctionName, { starts = [] }: Needs, find: (name: string) => JobFunction): void {
  if (starts.length === 0) return;
  const { role, function: own } = find(name);
  const resources = starts.map((started) => find(started).function.functionArn);
  const statements = [new PolicyStatement({ actions: ["lambda:InvokeFunction"], resources })];
  new Policy(find(name), "Start", { statements, roles: [role] });
  if (starts.includes(name))
    own.configureAsyncInvoke({ retryAttempts: 0, maxEventAge: Duration.seconds(startedMaxAgeSeconds) });
}

/** Converts `proxy-read` to `ProxyRead`. */
function pascalCase(name: FunctionName): string {
  return name.replace(/(?:^|-)(\w)/g, (_, letter: string) => letter.toUpperCase());
}

function environmentValues(surroundings: Surroundings): Record<string, string> {
  const { jobTable, bucket, eventBus, falSecretArn, masterSecretArn, publicUrl, otherUrls, settings } = surroundings;
  const optional = {
    OTHER_URLS: otherUrls.length > 0 ? otherUrls.join(",") : undefined,
    FAL_USER_ID: settings.falUserId,
    FAL_ENDPOINT_URL: settings.falEndpointUrl,
    FAL_MEDIA_LIFETIME_SECONDS: settings.falMediaLifetimeSeconds,
  };
  const set = Object.entries(optional).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, String(value)] as const],
  );
  return {
    STACK_NAME: settings.stackName,
    TABLE_NAME: jobTable.table.tableName,
    PUBLIC_URL: publicUrl,
    MEDIA_BUCKET: bucket.bucketName,
    MEDIA_URL: `https://${bucket.bucketRegionalDomainName}`,
    ARCHIVE_VIDEOS: String(settings.archive),
    FAL_ENDPOINT_IDS: settings.endpointIds.join(","),
    FAL_KEY_SECRET_ID: falSecretArn,
    FAL_STORE_IO: String(settings.storePayloadsAtFal),
    FAL_NO_RETRY: String(settings.falNoRetry),
    FAL_DISABLE_FALLBACKS: String(settings.falDisableFallbacks),
    FAL_UPLOADS_PER_DAY: String(settings.falUploadsPerDay),
    MASTER_SECRET_ID: masterSecretArn,
    EVENT_BUS_NAME: eventBus.eventBusName,
    OWNERS: JSON.stringify(settings.owners),
    DAILY_BUDGETS: JSON.stringify(settings.dailyBudgets),
    PRICES: JSON.stringify(settings.prices),
    FIRST_CHECK_SECONDS: String(settings.firstCheckSeconds),
    SUBMISSION_WINDOW_SECONDS: String(settings.submissionWindowSeconds),
    WAITS_PER_OWNER: String(settings.waitsPerOwner),
    WORKERS_PER_OWNER: String(settings.workersPerOwner),
    STREAMS_PER_OWNER: String(settings.streamsPerOwner),
    RETENTION_DAYS: String(settings.retentionDays),
    ROUTES: JSON.stringify(methodsByPath()),
    ...Object.fromEntries(set),
  };
}

// Lambda creates no mapping if the role lacks any of these four; all of them may be limited to the one stream.
const readStream = [
  "dynamodb:DescribeStream",
  "dynamodb:GetRecords",
  "dynamodb:GetShardIterator",
  "dynamodb:ListStreams",
];

/** DynamoDB and S3 use the key with the rights of the function that calls them. Each function with media has the table. */
const useKey = [
  "kms:Decrypt",
  "kms:DescribeKey",
  "kms:Encrypt",
  "kms:GenerateDataKey",
  "kms:ReEncryptFrom",
  "kms:ReEncryptTo",
];

function createStatements(needs: Needs, surroundings: Surroundings): PolicyStatement[] {
  const { jobTable, bucket, eventBus, falSecretArn, masterSecretArn, settings } = surroundings;
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
    ...(needs.readsFalKey ? allow(["secretsmanager:GetSecretValue"], falSecretArn) : []),
    ...(needs.looksForFalKey ? allow(["secretsmanager:DescribeSecret"], falSecretArn) : []),
    ...(needs.readsMasterSecret ? allow(["secretsmanager:GetSecretValue"], masterSecretArn) : []),
    ...(needs.putsEvents ? allow(["events:PutEvents"], eventBus.eventBusArn) : []),
    ...allow(uploadActions, bucket.arnForObjects(`${mediaPrefixes.uploads}*`)),
    ...allow(videoActions, bucket.arnForObjects(`${mediaPrefixes.videos}*`)),
    ...(tableActions.length > 0 && settings.kmsKeyArn !== undefined ? allow(useKey, settings.kmsKeyArn) : []),
    ...(needs.listsMedia ? allow(["s3:ListBucket"], bucket.bucketArn) : []),
  ];
}
