import { randomUUID } from "node:crypto";
import { appendFile } from "node:fs/promises";
import { z } from "zod";
import { type AwsService, startAwsService } from "./aws-service.ts";
import { localAccountId, localRegion } from "./locality.ts";

const entrySchema = z.object({
  EventBusName: z.string().default("default"),
  Source: z.string(),
  DetailType: z.string(),
  Detail: z.string(),
  Time: z.number().optional(),
  Resources: z.array(z.string()).default([]),
});
const requestSchema = z.object({ Entries: z.array(entrySchema).min(1).max(10) });

/**
 * Serves EventBridge's PutEvents for the given buses. Each event becomes one line of the file, in the form that a
 * rule's target would receive. An entry for another bus, or whose detail is not a JSON object, fails without failing
 * the others.
 */
export function startEventBus(busNames: readonly string[], file: string): Promise<AwsService> {
  const putEvents = async (input: unknown) => {
    const results = requestSchema.parse(input).Entries.map((entry) => take(entry, busNames));
    const lines = results.flatMap(({ event }) => (event ? [`${JSON.stringify(event)}\n`] : []));
    await appendFile(file, lines.join(""));
    return { result: { FailedEntryCount: results.length - lines.length, Entries: results.map(({ entry }) => entry) } };
  };
  return startAwsService({ "AWSEvents.PutEvents": putEvents });
}

function take(entry: z.infer<typeof entrySchema>, busNames: readonly string[]) {
  const { EventBusName, Source, DetailType, Detail, Time, Resources } = entry;
  if (!busNames.includes(EventBusName)) return refuse("ResourceNotFoundException", `There is no bus ${EventBusName}.`);
  const detail = parseObject(Detail);
  if (detail === undefined) return refuse("MalformedDetail", "Detail is malformed.");
  const id = randomUUID();
  const event = {
    version: "0",
    id,
    "detail-type": DetailType,
    source: Source,
    account: localAccountId,
    time: new Date(Time === undefined ? Date.now() : Time * 1000).toISOString(),
    region: localRegion,
    resources: Resources,
    detail,
  };
  return { event, entry: { EventId: id } };
}

function refuse(ErrorCode: string, ErrorMessage: string) {
  return { event: undefined, entry: { ErrorCode, ErrorMessage } };
}

function parseObject(text: string): object | undefined {
  try {
    return z.record(z.string(), z.unknown()).parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}
