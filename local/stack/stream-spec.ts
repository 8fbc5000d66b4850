import { z } from "zod";
import { ofType, type Resources, referredIds, resolveRef } from "./intrinsics.ts";
import { type RecordFilter, readFilter } from "./record-filter.ts";

/**
 * A function that a table's stream invokes. It receives a record that matches one of the filters, or every record if
 * there are no filters.
 */
export type StreamSpec = {
  readonly tableName: string;
  readonly functionId: string;
  readonly filters: readonly RecordFilter[];
  readonly batchSize: number;
  readonly retries: number;
  readonly batchesAtOnce: number;
  readonly largestAgeMs: number;
  /** Whether the function's response names the records that failed. */
  readonly reportsFailures: boolean;
};

const mappingSchema = z.object({
  BatchSize: z.number().default(100),
  EventSourceArn: z.unknown(),
  FilterCriteria: z.object({ Filters: z.array(z.object({ Pattern: z.string() })) }).optional(),
  FunctionName: z.unknown(),
  FunctionResponseTypes: z.array(z.string()).default([]),
  MaximumRecordAgeInSeconds: z.number().positive(),
  MaximumRetryAttempts: z.number().nonnegative(),
  ParallelizationFactor: z.number().default(1),
  StartingPosition: z.literal("LATEST"),
});

/**
 * Reads the template's event source mappings.
 * @throws Error or ZodError for a mapping that is not for a table's stream, retries without a limit, or does not start
 * at the latest record.
 */
export function readStreams(resources: Resources, functionIds: ReadonlySet<string>): StreamSpec[] {
  return ofType(resources, "AWS::Lambda::EventSourceMapping").map(([id, { Properties }]) => {
    const mapping = mappingSchema.parse(Properties);
    const [tableId = ""] = referredIds(mapping.EventSourceArn);
    const functionId = referredIds(mapping.FunctionName).find((referred) => functionIds.has(referred));
    if (functionId === undefined || !resources[tableId]?.Type.startsWith("AWS::DynamoDB::")) {
      throw new Error(`the local stack does not support the event source mapping ${id}`);
    }
    return {
      tableName: resolveRef(tableId, resources),
      functionId,
      filters: (mapping.FilterCriteria?.Filters ?? []).map(({ Pattern }) => readFilter(Pattern)),
      batchSize: mapping.BatchSize,
      retries: mapping.MaximumRetryAttempts,
      batchesAtOnce: mapping.ParallelizationFactor,
      largestAgeMs: mapping.MaximumRecordAgeInSeconds * 1000,
      reportsFailures: mapping.FunctionResponseTypes.includes("ReportBatchItemFailures"),
    };
  });
}
