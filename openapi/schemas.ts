import * as z from "zod/mini";
import { batchEntry, batchRequest, newJobRequest, newUploadRequest } from "../lambdas/contract/job-request.ts";
import { lucy } from "../lambdas/contract/models/lucy.ts";
import { passThrough } from "../lambdas/contract/models/pass-through.ts";
import {
  costSchema,
  deliverySchema,
  jobErrorSchema,
  logLineSchema,
  lucyInputSchema,
  modelInputSchema,
  otherInputSchema,
  publicJobSchema,
  resultSchema,
  timelineEntrySchema,
  videoSchema,
} from "../lambdas/contract/public-schema.ts";
import type { Site } from "../lambdas/contract/site.ts";
import { usageSchema, usageSumSchema } from "../lambdas/contract/usage.ts";
import * as answers from "./answers.ts";
import type { Part } from "./part.ts";

type Schema = z.core.JSONSchema.BaseSchema;

/** The schemas that validate requests, and the schemas of responses. */
function named(site: Site) {
  return {
    ...newJobs(site),
    NewBatch: batchRequest,
    NewUpload: newUploadRequest,
    Job: publicJobSchema,
    JobInput: modelInputSchema,
    LucyJobInput: lucyInputSchema,
    OtherJobInput: otherInputSchema,
    JobResult: resultSchema,
    JobError: jobErrorSchema,
    Video: videoSchema,
    Cost: costSchema,
    TimelineEntry: timelineEntrySchema,
    Delivery: deliverySchema,
    LogLine: logLineSchema,
    StreamEvent: answers.streamEvent,
    JobPage: answers.jobPage,
    BatchResults: answers.batchResults,
    BatchResult: answers.batchResult,
    BatchJob: answers.batchJob,
    BatchProblem: answers.batchProblem,
    ValidatedJob: answers.validatedJob,
    Upload: answers.upload,
    VideoLocation: answers.videoLocation,
    Usage: usageSchema,
    UsageSum: usageSumSchema,
    CallbackSecret: answers.callbackSecret,
    JobEvent: answers.jobEvent,
    QueueEvent: answers.queueEvent,
    Health: answers.health,
    Root: answers.root,
    FalDelivery: answers.falDelivery,
    FalAnswer: answers.falAnswer,
    Problem: answers.problem,
    FieldError: answers.fieldError,
  };
}

/**
 * The request schemas for any installation, whose endpoints are a setting. The endpoint decides which schema the input
 * must have, so that a misspelled field of a Lucy model is an error of the schema.
 */
function newJobs(site: Site) {
  const served = "fal's model id. Must be one of the endpoints that this installation serves.";
  const LucyInput = lucy.input(site);
  const OtherInput = passThrough.input(site);
  const lucyEndpoint = z.enum(lucy.endpoints).check(z.describe(`${served} The default is the first of them.`));
  const otherEndpoint = z.string().check(z.meta({ description: served, not: { enum: lucy.endpoints } }));
  const NewLucyJob = newJobRequest(site, z.optional(lucyEndpoint), LucyInput);
  const NewOtherJob = newJobRequest(site, otherEndpoint, OtherInput);
  return { NewJob: z.union([NewLucyJob, NewOtherJob]), NewLucyJob, NewOtherJob, LucyInput, OtherInput };
}

export type SchemaName = keyof ReturnType<typeof named>;

/** A reference to a named schema. */
export function ref(name: SchemaName): Part {
  return { $ref: uri(name) };
}

/** `components.schemas`: the validating schemas as JSON Schema 2020-12. */
export function componentSchemas(site: Site): Readonly<Record<string, Schema>> {
  const registry = z.registry<{ id: string }>();
  for (const [id, schema] of Object.entries(named(site))) registry.add(schema, { id });
  const { schemas } = z.toJSONSchema(registry, { io: "input", uri, override });
  return Object.fromEntries(
    Object.entries(schemas).map(([name, { $schema, $id, "~standard": _, ...schema }]) => [name, schema]),
  );
}

/** The JSON Schema of each field of a schema. */
export function fieldsOf(schema: z.core.$ZodType): Readonly<Record<string, Schema>> {
  const { properties = {} } = z.toJSONSchema(schema, { io: "input", override });
  return Object.fromEntries(
    Object.entries(properties).flatMap(([name, field]) => (typeof field === "object" ? [[name, field]] : [])),
  );
}

function uri(name: string): string {
  return `#/components/schemas/${name}`;
}

/**
 * Removes redundant parts: the pattern of a format, the bounds of safe integers, and `readOnly`, which zod writes for a
 * readonly TypeScript type.
 */
function override({ zodSchema, jsonSchema }: { readonly zodSchema: z.core.$ZodType; readonly jsonSchema: Schema }) {
  if (zodSchema === batchEntry) jsonSchema.$ref = uri("NewJob");
  if (jsonSchema.format === "date-time") delete jsonSchema.pattern;
  if (jsonSchema.minimum === Number.MIN_SAFE_INTEGER) delete jsonSchema.minimum;
  if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum;
  delete jsonSchema.readOnly;
}
