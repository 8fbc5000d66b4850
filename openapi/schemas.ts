import * as z from "zod/mini";
import { batchEntry, batchRequest, newJobRequest, newUploadRequest } from "../lambdas/contract/job-request.ts";
import { lucy } from "../lambdas/contract/models/lucy.ts";
import { passThrough } from "../lambdas/contract/models/pass-through.ts";
import {
  costSchema,
  deliverySchema,
  jobErrorSchema,
  logLineSchema,
  modelInputSchema,
  publicJobSchema,
  timelineEntrySchema,
  videoSchema,
} from "../lambdas/contract/public-schema.ts";
import type { Site } from "../lambdas/contract/site.ts";
import * as answers from "./answers.ts";
import type { Part } from "./part.ts";

type Schema = z.core.JSONSchema.BaseSchema;

/** The same schemas that validate requests, and the schemas of the answers. */
function named(site: Site) {
  return {
    NewJob: describedJobRequest(site),
    NewBatch: batchRequest,
    NewUpload: newUploadRequest,
    Job: publicJobSchema,
    JobInput: modelInputSchema,
    JobError: jobErrorSchema,
    Video: videoSchema,
    Cost: costSchema,
    TimelineEntry: timelineEntrySchema,
    Delivery: deliverySchema,
    LogLine: logLineSchema,
    JobPage: answers.jobPage,
    BatchResults: answers.batchResults,
    ValidatedJob: answers.validatedJob,
    Upload: answers.upload,
    VideoLocation: answers.videoLocation,
    CallbackSecret: answers.callbackSecret,
    JobEvent: answers.jobEvent,
    QueueEvent: answers.queueEvent,
    Health: answers.health,
    FalDelivery: answers.falDelivery,
    FalAnswer: answers.falAnswer,
    Problem: answers.problem,
  };
}

/**
 * The request for any installation: the endpoints that an installation serves are a setting, and the inputs depend on
 * them.
 */
export function describedJobRequest(site: Site) {
  const endpoint = z.optional(
    z
      .string()
      .check(
        z.describe(
          "fal's model id. Must be one of the endpoints that this installation serves. The default is the first of them.",
        ),
      ),
  );
  return newJobRequest(site, endpoint, z.union([lucy.input(site.publicUrl), passThrough.input(site.publicUrl)]));
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

/** The schemas of a schema's fields, by name. */
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
 * Removes what adds no information: the pattern of a format, the bounds of all whole numbers, and `readOnly`, which zod
 * adds because of a TypeScript type.
 */
function override({ zodSchema, jsonSchema }: { readonly zodSchema: z.core.$ZodType; readonly jsonSchema: Schema }) {
  if (zodSchema === batchEntry) jsonSchema.$ref = uri("NewJob");
  if (jsonSchema.format === "date-time") delete jsonSchema.pattern;
  if (jsonSchema.minimum === Number.MIN_SAFE_INTEGER) delete jsonSchema.minimum;
  if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum;
  delete jsonSchema.readOnly;
}
