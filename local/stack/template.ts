import { readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { StreamViewType } from "@aws-sdk/client-dynamodb";
import { z } from "zod";
import { type ApiSpec, readApi } from "./api-spec.ts";
import { type BucketSpec, readBuckets } from "./bucket-spec.ts";
import { ofType, type Resource, type Resources, referredIds, resolveRef, resolveText } from "./intrinsics.ts";
import type { SecretSpec } from "./secrets.ts";
import { readStreams, type StreamSpec } from "./stream-spec.ts";
import type { TableSpec } from "./tables.ts";

/** A function as it is deployed: its bundle's folder, `file.export`, limits and environment. */
export type FunctionSpec = {
  readonly id: string;
  readonly folder: string;
  readonly handler: string;
  readonly timeoutMs: number;
  readonly memoryMb: number;
  readonly environment: Readonly<Record<string, string>>;
  /** How long Lambda keeps an event of an asynchronous invocation that it cannot handle at once. */
  readonly largestEventAgeMs: number;
};

/** A rule or schedule that invokes a function, with its event if the template defines one. */
export type ScheduleSpec = { readonly id: string; readonly functionId: string; readonly input: unknown };

/** Everything that the local stack runs of a synthesized stack. */
export type StackSpec = {
  readonly functions: readonly FunctionSpec[];
  readonly api: ApiSpec;
  readonly tables: readonly TableSpec[];
  readonly streams: readonly StreamSpec[];
  readonly buckets: readonly BucketSpec[];
  readonly secrets: readonly SecretSpec[];
  readonly eventBuses: readonly string[];
  readonly schedules: readonly ScheduleSpec[];
};

/** The files of an asset manifest: maps an asset's name in the bucket to its folder. */
export type Assets = ReadonlyMap<string, string>;

const manifestSchema = z.object({
  artifacts: z.record(
    z.string(),
    z.object({ type: z.string(), properties: z.object({ templateFile: z.string() }).optional().catch(undefined) }),
  ),
});
const assetsSchema = z.object({
  files: z.record(z.string(), z.object({ source: z.object({ path: z.string().optional() }) })),
});
const templateSchema = z.object({
  Resources: z.record(
    z.string(),
    z.object({ Type: z.string(), Properties: z.record(z.string(), z.unknown()).default({}) }),
  ),
});
const functionSchema = z.object({
  Code: z.object({ S3Key: z.string() }),
  Handler: z.string(),
  Timeout: z.number().default(3),
  MemorySize: z.number().default(128),
  Environment: z.object({ Variables: z.record(z.string(), z.unknown()) }).optional(),
});
const longestEventAgeSeconds = 21_600;
const invokeConfigSchema = z.object({
  FunctionName: z.object({ Ref: z.string() }),
  MaximumEventAgeInSeconds: z.number().default(longestEventAgeSeconds),
});
const attributesSchema = z.array(z.object({ AttributeName: z.string(), AttributeType: z.enum(["S", "N", "B"]) }));
const keysSchema = z.array(z.object({ AttributeName: z.string(), KeyType: z.enum(["HASH", "RANGE"]) }));
const indexSchema = z.object({
  IndexName: z.string(),
  KeySchema: keysSchema,
  Projection: z.object({
    ProjectionType: z.enum(["ALL", "KEYS_ONLY", "INCLUDE"]),
    NonKeyAttributes: z.array(z.string()).optional(),
  }),
});
const tableSchema = z.object({
  KeySchema: keysSchema,
  AttributeDefinitions: attributesSchema,
  GlobalSecondaryIndexes: z.array(indexSchema).optional(),
  StreamSpecification: z.object({ StreamViewType: z.enum(StreamViewType) }).optional(),
  TimeToLiveSpecification: z.object({ AttributeName: z.string() }).optional(),
});
const ruleSchema = z.object({ Targets: z.array(z.record(z.string(), z.unknown())) });
const scheduleSchema = z.object({ Target: z.record(z.string(), z.unknown()) });

/**
 * Reads the one stack of a synthesized assembly.
 * @throws Error or ZodError if it contains something that the local stack does not support.
 */
export async function readAssembly(folder: string): Promise<StackSpec> {
  const manifest = manifestSchema.parse(await readJson(join(folder, "manifest.json")));
  const files = Object.values(manifest.artifacts).flatMap(({ type, properties }) =>
    type === "aws:cloudformation:stack" && properties ? [properties.templateFile] : [],
  );
  const [templateFile] = files;
  if (templateFile === undefined || files.length !== 1)
    throw new Error(`the app has ${files.length} stacks instead of one`);
  const assetsFile = templateFile.replace(/\.template\.json$/, ".assets.json");
  const { files: assets } = assetsSchema.parse(await readJson(join(folder, assetsFile)));
  const folders = Object.entries(assets).map(
    ([name, { source }]) => [name, resolve(folder, source.path ?? "")] as const,
  );
  return readTemplate(await readJson(join(folder, templateFile)), new Map(folders));
}

/** Reads a template whose functions' bundles are in the given asset folders. Throws like {@link readAssembly}. */
export function readTemplate(template: unknown, assets: Assets): StackSpec {
  const { Resources: resources } = templateSchema.parse(template);
  const functions = ofType(resources, "AWS::Lambda::Function").map(([id, resource]) =>
    readFunction(id, resource, resources, assets),
  );
  const functionIds = new Set(functions.map(({ id }) => id));
  return {
    functions,
    api: readApi(resources, functionIds),
    tables: ofType(resources, "AWS::DynamoDB::Table", "AWS::DynamoDB::GlobalTable").map(([id, { Properties }]) =>
      readTable(resolveRef(id, resources), Properties),
    ),
    streams: readStreams(resources, functionIds),
    buckets: readBuckets(resources),
    secrets: ofType(resources, "AWS::SecretsManager::Secret").map(([id, { Properties }]) => ({
      id: resolveRef(id, resources),
      isGenerated: Properties.GenerateSecretString !== undefined,
    })),
    eventBuses: ofType(resources, "AWS::Events::EventBus").map(([id]) => resolveRef(id, resources)),
    schedules: readSchedules(resources, functionIds),
  };
}

function readFunction(id: string, resource: Resource, resources: Resources, assets: Assets): FunctionSpec {
  const properties = functionSchema.parse(resource.Properties);
  const folder = assets.get(properties.Code.S3Key.replace(/\.\w+$/, ""));
  if (folder === undefined) throw new Error(`the assembly contains no bundle for the function ${id}`);
  const configs = ofType(resources, "AWS::Lambda::EventInvokeConfig").map(([, config]) =>
    invokeConfigSchema.parse(config.Properties),
  );
  const config = configs.find(({ FunctionName }) => FunctionName.Ref === id);
  const variables = Object.entries(properties.Environment?.Variables ?? {});
  return {
    id,
    folder,
    handler: properties.Handler,
    timeoutMs: properties.Timeout * 1000,
    memoryMb: properties.MemorySize,
    largestEventAgeMs: (config?.MaximumEventAgeInSeconds ?? longestEventAgeSeconds) * 1000,
    environment: Object.fromEntries(variables.map(([name, value]) => [name, resolveText(value, resources)])),
  };
}

function readTable(name: string, properties: unknown): TableSpec {
  const table = tableSchema.parse(properties);
  return {
    create: {
      TableName: name,
      KeySchema: table.KeySchema,
      AttributeDefinitions: table.AttributeDefinitions,
      GlobalSecondaryIndexes: table.GlobalSecondaryIndexes,
      BillingMode: "PAY_PER_REQUEST",
      ...(table.StreamSpecification && {
        StreamSpecification: { StreamEnabled: true, StreamViewType: table.StreamSpecification.StreamViewType },
      }),
    },
    ttlAttribute: table.TimeToLiveSpecification?.AttributeName,
  };
}

function readSchedules(resources: Resources, functionIds: ReadonlySet<string>): ScheduleSpec[] {
  const rules = ofType(resources, "AWS::Events::Rule").flatMap(([id, { Properties }]) =>
    typeof Properties.ScheduleExpression === "string"
      ? ruleSchema.parse(Properties).Targets.map((target) => [id, target] as const)
      : [],
  );
  const schedules = ofType(resources, "AWS::Scheduler::Schedule").map(
    ([id, { Properties }]) => [id, scheduleSchema.parse(Properties).Target] as const,
  );
  return [...rules, ...schedules].flatMap(([id, target]) => {
    const functionId = referredIds(target.Arn).find((referred) => functionIds.has(referred));
    if (functionId === undefined) return [];
    return [{ id, functionId, input: typeof target.Input === "string" ? JSON.parse(target.Input) : undefined }];
  });
}

async function readJson(path: string): Promise<unknown> {
  return JSON.parse(await readFile(path, "utf8"));
}
