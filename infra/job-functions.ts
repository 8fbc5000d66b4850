import type { ITable } from "aws-cdk-lib/aws-dynamodb";
import { PolicyStatement } from "aws-cdk-lib/aws-iam";
import type { IFunction } from "aws-cdk-lib/aws-lambda";
import type { Construct } from "constructs";
import { JobFunction } from "./job-function.ts";
import { type FunctionName, methodsByPath } from "./routes.ts";
import type { Settings } from "./settings.ts";

/** What the functions work with. `publicUrl` is the base of the API, without a trailing slash. */
export type Surroundings = {
  readonly table: ITable;
  readonly secretArn: string;
  readonly publicUrl: string;
  readonly settings: Settings;
};

/** As long as API Gateway waits for an answer. */
const apiTimeoutSeconds = 29;
const healthTimeoutSeconds = 10;
const fallbackTimeoutSeconds = 5;
/** Longer than a minute: sweeps may overlap. A claim's lease outlives this. */
const sweepTimeoutSeconds = 90;

type Needs = {
  readonly description: string;
  readonly timeoutSeconds: number;
  readonly memoryMb: number;
  readonly environment: readonly string[];
  readonly tableActions: readonly string[];
  /** Indexes of the table that are queried. */
  readonly indexes?: readonly string[];
  readonly readsSecret: boolean;
};

const patience = ["FIRST_CHECK_SECONDS", "SUBMISSION_WINDOW_SECONDS", "RETENTION_DAYS"];
const falAccess = ["FAL_KEY_SECRET_ID", "FAL_ENDPOINT_URL"];

/** Each function gets what it needs and nothing else. */
const needs = {
  submit: {
    description: "POST /jobs: records a job and submits it to fal",
    timeoutSeconds: apiTimeoutSeconds,
    memoryMb: 1024,
    environment: ["TABLE_NAME", "PUBLIC_URL", "OWNERS", "FAL_ENDPOINT_ID", ...falAccess, ...patience],
    tableActions: ["dynamodb:GetItem", "dynamodb:PutItem"],
    readsSecret: true,
  },
  retry: {
    description: "POST /jobs/{id}/retry: a new job in place of one that failed",
    timeoutSeconds: apiTimeoutSeconds,
    memoryMb: 1024,
    environment: ["TABLE_NAME", "PUBLIC_URL", "OWNERS", ...falAccess, ...patience],
    tableActions: ["dynamodb:GetItem", "dynamodb:PutItem"],
    readsSecret: true,
  },
  cancel: {
    description: "POST /jobs/{id}/cancel: asks fal to stop a job",
    timeoutSeconds: apiTimeoutSeconds,
    memoryMb: 512,
    environment: ["TABLE_NAME", "PUBLIC_URL", "OWNERS", ...falAccess, ...patience],
    tableActions: ["dynamodb:GetItem", "dynamodb:PutItem"],
    readsSecret: true,
  },
  sweep: {
    description: "Looks after every job that is due",
    timeoutSeconds: sweepTimeoutSeconds,
    // Enough for many inline results at once, each of which holds a whole video as base64.
    memoryMb: 2048,
    environment: ["TABLE_NAME", "PUBLIC_URL", "FAL_ENDPOINT_ID", ...falAccess, ...patience],
    tableActions: ["dynamodb:GetItem", "dynamodb:PutItem"],
    indexes: ["byDue"],
    readsSecret: true,
  },
  webhook: {
    description: "Settles a job when fal's signed webhook arrives",
    timeoutSeconds: apiTimeoutSeconds,
    memoryMb: 512,
    environment: ["TABLE_NAME", "FAL_USER_ID", ...falAccess, ...patience],
    tableActions: ["dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem"],
    readsSecret: true,
  },
  jobs: {
    description: "GET /jobs/{id}: reads a job",
    timeoutSeconds: apiTimeoutSeconds,
    memoryMb: 512,
    environment: ["TABLE_NAME", "PUBLIC_URL", "OWNERS"],
    tableActions: ["dynamodb:GetItem"],
    readsSecret: false,
  },
  health: {
    description: "GET /health: whether the table and FAL_KEY can be read",
    timeoutSeconds: healthTimeoutSeconds,
    memoryMb: 256,
    environment: ["TABLE_NAME", "FAL_KEY_SECRET_ID"],
    tableActions: ["dynamodb:GetItem"],
    readsSecret: true,
  },
  fallback: {
    description: "Answers what no route does: 404, and 405 with Allow",
    timeoutSeconds: fallbackTimeoutSeconds,
    memoryMb: 128,
    environment: ["ROUTES"],
    tableActions: [],
    readsSecret: false,
  },
} as const satisfies Record<FunctionName, Needs>;

/** Makes every function of the stack, by name. Their logical ids are `SubmitFunction`, `WebhookFunction` and so on. */
export function createFunctions(scope: Construct, surroundings: Surroundings): Record<FunctionName, IFunction> {
  const values = environmentValues(surroundings);
  const create = (name: FunctionName) => {
    const { description, timeoutSeconds, memoryMb, environment }: Needs = needs[name];
    return new JobFunction(scope, name.charAt(0).toUpperCase() + name.slice(1), {
      name,
      description,
      timeoutSeconds,
      memoryMb,
      environment: Object.fromEntries(Object.entries(values).filter(([variable]) => environment.includes(variable))),
      statements: createStatements(needs[name], surroundings),
      logRetentionDays: surroundings.settings.logRetentionDays,
      reservedConcurrency: name === "webhook" ? surroundings.settings.reservedConcurrency : undefined,
    }).function;
  };
  return {
    submit: create("submit"),
    retry: create("retry"),
    cancel: create("cancel"),
    sweep: create("sweep"),
    webhook: create("webhook"),
    jobs: create("jobs"),
    health: create("health"),
    fallback: create("fallback"),
  };
}

function environmentValues({ table, secretArn, publicUrl, settings }: Surroundings): Record<string, string> {
  return {
    TABLE_NAME: table.tableName,
    PUBLIC_URL: publicUrl,
    FAL_ENDPOINT_ID: settings.endpointId,
    FAL_KEY_SECRET_ID: secretArn,
    OWNERS: JSON.stringify(settings.owners),
    FIRST_CHECK_SECONDS: String(settings.firstCheckSeconds),
    SUBMISSION_WINDOW_SECONDS: String(settings.submissionWindowSeconds),
    RETENTION_DAYS: String(settings.retentionDays),
    ROUTES: JSON.stringify(methodsByPath()),
    ...(settings.falUserId === undefined ? {} : { FAL_USER_ID: settings.falUserId }),
    ...(settings.falEndpointUrl === undefined ? {} : { FAL_ENDPOINT_URL: settings.falEndpointUrl }),
  };
}

function createStatements(needs: Needs, { table, secretArn }: Surroundings): PolicyStatement[] {
  const { tableActions, indexes = [], readsSecret } = needs;
  const useTable = new PolicyStatement({ actions: [...tableActions], resources: [table.tableArn] });
  const queryIndexes = new PolicyStatement({
    actions: ["dynamodb:Query"],
    resources: indexes.map((index) => `${table.tableArn}/index/${index}`),
  });
  const readSecret = new PolicyStatement({ actions: ["secretsmanager:GetSecretValue"], resources: [secretArn] });
  return [
    ...(tableActions.length > 0 ? [useTable] : []),
    ...(indexes.length > 0 ? [queryIndexes] : []),
    ...(readsSecret ? [readSecret] : []),
  ];
}
