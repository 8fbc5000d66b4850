import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { EventBridgeClient, PutEventsCommand } from "@aws-sdk/client-eventbridge";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { AwsService } from "../../local/stack/aws-service.ts";
import { startEventBus } from "../../local/stack/event-bus.ts";
import { localCaller } from "../../local/stack/locality.ts";

let folder: string;
let eventBus: AwsService;
let client: EventBridgeClient;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "fal-jobs-events-"));
  eventBus = await startEventBus(["JobEvents"], join(folder, "events.jsonl"));
  client = new EventBridgeClient({ endpoint: eventBus.url, ...localCaller });
});

afterAll(async () => {
  client.destroy();
  await eventBus.close();
  await rm(folder, { recursive: true });
});

const entry = { EventBusName: "JobEvents", Source: "fal-jobs", DetailType: "job.succeeded", Detail: '{"type":"a"}' };
const put = (...Entries: (typeof entry)[]) => client.send(new PutEventsCommand({ Entries }));
const lines = async () => (await readFile(join(folder, "events.jsonl"), "utf8")).trimEnd().split("\n");

describe("the event bus", () => {
  it("the event bus writes each event of the real client as a line, as a rule's target would receive it", async () => {
    const { FailedEntryCount, Entries } = await put(entry, { ...entry, Detail: '{"type":"b"}' });
    expect(FailedEntryCount).toBe(0);
    const events = (await lines()).map((line) => JSON.parse(line));
    expect(events.map(({ id }) => id)).toEqual(Entries?.map(({ EventId }) => EventId));
    expect(events[0]).toEqual({
      version: "0",
      id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      "detail-type": "job.succeeded",
      source: "fal-jobs",
      account: "000000000000",
      time: expect.stringMatching(/^\d{4}-.*Z$/),
      region: "us-east-1",
      resources: [],
      detail: { type: "a" },
    });
  });

  it("the event bus rejects only the entries for another bus or with a detail that is not a JSON object", async () => {
    const before = await lines();
    const { FailedEntryCount, Entries } = await put(
      { ...entry, EventBusName: "Other" },
      { ...entry, Detail: "plain" },
      { ...entry, Detail: "[1]" },
      entry,
    );
    expect(FailedEntryCount).toBe(3);
    expect(Entries?.map(({ ErrorCode }) => ErrorCode)).toEqual([
      "ResourceNotFoundException",
      "MalformedDetail",
      "MalformedDetail",
      undefined,
    ]);
    expect(await lines()).toHaveLength(before.length + 1);
  });
});
